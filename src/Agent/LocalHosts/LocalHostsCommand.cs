using System.CommandLine;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>What <c>reuseaddr-agent local-hosts</c> is told.</summary>
/// <param name="Dashboard"><c>unix:/path/of/the/socket</c>, handed to the agents.</param>
/// <param name="Directory">The private directory to remove once the Server is gone.</param>
/// <param name="Namespaces">True for two namespaces, false for loopback.</param>
internal sealed record LocalHostsOptions(string Dashboard, string Directory, bool Namespaces);

/// <summary>The command line of <c>reuseaddr-agent local-hosts</c>.</summary>
internal static class LocalHostsCommand
{
    private const string Help = """
        Usage: reuseaddr-agent local-hosts --dashboard unix:/PATH --directory DIR --mode namespaces|loopback

        Keeps the hosts of one machine for a dashboard that runs on it; the dashboard starts this by itself.
          --dashboard unix:/PATH   the Unix socket on which the dashboard listens
          --directory DIR          the dashboard's private directory, removed at the end; its name starts with reuseaddr-dashboard-
          --mode namespaces        client 192.168.122.177 and .178, server 192.168.122.68 and .69, each also with an IPv6 address of fd00:192:168:122::/64
                                   and in a network namespace of its own; needs CAP_SYS_ADMIN, which
                                   unshare --user --map-root-user --net -- reuseaddr-agent local-hosts ... gives to any user
          --mode loopback          client 127.0.0.2 and 127.0.0.4, server 127.0.0.1 and 127.0.0.3
        It ends when its standard input ends, or on SIGTERM.
        Exit codes: 0 ended as asked, 2 wrong options, 3 the kernel refuses the namespaces.
        """;

    /// <param name="run">Runs it with the options or, where they are not right, takes the sentences that say why.</param>
    public static Command Create(Func<LocalHostsOptions?, IReadOnlyList<string>, int> run)
    {
        var dashboard = new GivenOption<string>(
            "--dashboard",
            "takes unix: and the absolute path of a socket",
            (string text, out string? read) => (read = text).StartsWith("unix:/", StringComparison.Ordinal)
        );
        var directory = new GivenOption<string>(
            "--directory",
            $"takes the absolute path of a directory named {LocalHostsContract.DirectoryPrefix}...",
            IsPrivate
        );
        var mode = new GivenOption<string>(
            "--mode",
            "takes namespaces or loopback",
            (string text, out string? read) => (read = text) is LocalHostsContract.Namespaces or LocalHostsContract.Loopback
        );
        var command = new Command(LocalHostsContract.Command) { AgentCommandLine.Telling("--help", Help), dashboard.Option, directory.Option, mode.Option };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(line =>
        {
            List<string> wrong = [.. line.UnmatchedTokens.Select(t => $"{t} is not an option of local-hosts: it takes --dashboard, --directory and --mode.")];
            var options = new LocalHostsOptions(
                dashboard.Read(line, wrong)!,
                directory.Read(line, wrong)!,
                mode.Read(line, wrong) == LocalHostsContract.Namespaces
            );
            dashboard.Need(line, wrong);
            directory.Need(line, wrong);
            mode.Need(line, wrong);
            return run(wrong.Count == 0 ? options : null, wrong);
        });
        return command;
    }

    // What is removed at the end must be the dashboard's own: a wrong path here shall not cost anybody their files.
    private static bool IsPrivate(string path, out string? read) =>
        Path.IsPathFullyQualified(read = path)
        && Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).StartsWith(LocalHostsContract.DirectoryPrefix, StringComparison.Ordinal);
}
