using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;

namespace ReuseAddrDashboard.Agent.Options;

/// <summary>The command line of the agent. Every error is told, each naming the option and what it takes.</summary>
internal static class AgentCommandLine
{
    /// <summary>A value that begins with @ is no file with more options.</summary>
    public static ParserConfiguration Parser { get; } = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>Signals and exceptions are the programs' own affair.</summary>
    public static InvocationConfiguration Invocation { get; } = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    /// <summary>The program with all it can be told.</summary>
    /// <param name="version">What <c>--version</c> prints.</param>
    /// <param name="run">Runs the agent with the options or, where they are not right, takes the sentences that say why.</param>
    /// <param name="more">Commands beside it.</param>
    public static RootCommand Create(string version, Func<AgentOptions?, IReadOnlyList<string>, int> run, params Command[] more)
    {
        var options = new AgentOptionSet();
        var root = new RootCommand { TreatUnmatchedTokensAsErrors = false };
        root.Options.Clear();
        root.Directives.Clear();
        root.Options.Add(Telling("--help", Help.Text));
        root.Options.Add(Telling("--version", version));
        options.All.ForEach(root.Options.Add);
        foreach (Command command in more)
            root.Subcommands.Add(command);
        root.SetAction(line => run(options.Read(line, out IReadOnlyList<string> faults), faults));
        return root;
    }

    /// <summary>An option that prints a text, whatever else is given.</summary>
    public static Option<bool> Telling(string name, string text) => new(name) { Action = new Tell(text) };

    private sealed class Tell(string text) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override int Invoke(ParseResult parseResult)
        {
            Console.Out.WriteLine(text);
            return 0;
        }
    }

    private sealed class AgentOptionSet
    {
        private readonly GivenOption<DashboardAddress> _dashboard = new(
            "--dashboard",
            $"takes http://HOST:PORT, https://HOST:PORT or unix:/PATH of at most {DashboardAddress.MaxPath} octets",
            DashboardAddress.TryParse
        );
        private readonly GivenOption<string> _name = new(
            "--name",
            "takes the host's role in the lab, such as client or server: 1 to 16 of a-z, 0-9",
            OptionValues.Role
        );
        private readonly GivenOption<string> _key = new("--key", "takes the key of the role: 1 to 256 of a-z, A-Z, 0-9", OptionValues.Key);
        private readonly GivenOption<string> _keyFile = new("--key-file", "takes the file that holds the key of the role", OptionValues.Text);
        private readonly GivenOption<IReadOnlyList<IPNetwork>> _allow = new(
            "--allow",
            $"takes 1 to {OptionValues.MaxNetworks} addresses or networks, such as 10.1.0.0/16, with commas between them",
            OptionValues.Networks
        );
        private readonly GivenOption<IPAddress> _address = new("--address", "takes an IPv4 address", OptionValues.V4);
        private readonly GivenOption<IPAddress> _second = new("--second-address", "takes an IPv4 address", OptionValues.V4);
        private readonly GivenOption<IPAddress> _v6 = new("--v6-address", "takes an IPv6 address without a zone", OptionValues.V6);
        private readonly GivenOption<string> _interface = new(
            "--interface",
            "takes the name of a network interface, 1 to 15 characters",
            OptionValues.Interface
        );
        private readonly GivenOption<RowsOption> _rows = new(
            "--rows",
            $"takes 1 to {RowsOption.MaxAddresses} addresses with commas between them, and \"any\" as the last for wildcard rows",
            OptionValues.Rows
        );
        private readonly GivenOption<ulong> _ownNamespace = new("--own-namespace", "takes the inode of a network namespace", OptionValues.Inode);
        private readonly GivenOption<int?> _closeAfter = new("--close-after", "takes whole seconds, 1 to 3600", OptionValues.Whole(3600));
        private readonly GivenOption<int?> _dieWithParent = new("--die-with-parent", "takes the id of the parent process", OptionValues.Whole(int.MaxValue));
        private readonly GivenOption<LogLevel?> _logLevel = new(
            "--log-level",
            "takes trace, debug, information, warning, error, critical or none",
            OptionValues.Level
        );

        public List<Option> All =>
            [
                _dashboard.Option,
                _name.Option,
                _key.Option,
                _keyFile.Option,
                _allow.Option,
                _address.Option,
                _second.Option,
                _v6.Option,
                _interface.Option,
                _rows.Option,
                _ownNamespace.Option,
                _closeAfter.Option,
                _dieWithParent.Option,
                _logLevel.Option,
            ];

        public AgentOptions? Read(ParseResult line, out IReadOnlyList<string> faults)
        {
            List<string> wrong = [.. line.UnmatchedTokens.Select(t => $"{t} is not an option of reuseaddr-agent; --help lists them.")];
            var defaults = new AgentOptions { Dashboard = null!, Name = "" };
            string? key = _key.Read(line, wrong),
                file = _keyFile.Read(line, wrong);
            var options = new AgentOptions
            {
                Dashboard = _dashboard.Read(line, wrong)!,
                Name = _name.Read(line, wrong)!,
                Key =
                    file is not null ? AgentKey.In(file)
                    : (key ?? Environment.GetEnvironmentVariable(AgentKey.Variable)) is { Length: > 0 } shown ? AgentKey.Of(shown)
                    : AgentKey.None,
                Allow = _allow.Read(line, wrong) ?? [],
                Address = _address.Read(line, wrong),
                SecondAddress = _second.Read(line, wrong),
                V6Address = _v6.Read(line, wrong),
                Interface = _interface.Read(line, wrong),
                Rows = _rows.Read(line, wrong),
                OwnNamespace = _ownNamespace.Read(line, wrong),
                CloseAfter = _closeAfter.Read(line, wrong) is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.CloseAfter,
                DieWithParent = _dieWithParent.Read(line, wrong),
                LogLevel = _logLevel.Read(line, wrong) ?? defaults.LogLevel,
            };
            _dashboard.Need(line, wrong);
            _name.Need(line, wrong);
            if (_key.IsGiven(line) && _keyFile.IsGiven(line))
                wrong.Add("--key and --key-file are given both: give one of them.");
            faults = wrong;
            return wrong.Count == 0 ? options : null;
        }
    }
}
