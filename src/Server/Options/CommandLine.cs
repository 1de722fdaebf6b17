using System.CommandLine;
using System.CommandLine.Parsing;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>
/// What the command line says: the options of <see cref="Settings"/>, any key of the configuration (<c>--Kestrel:Endpoints:Https:Url URL</c>), or one of the
/// few things to be told instead of a start.
/// </summary>
internal sealed record CommandLine
{
    /// <summary>Sections of the configuration that may be given key by key.</summary>
    private static readonly string[] Sections =
    [
        "Kestrel",
        "Logging",
        "Serilog",
        .. Settings.All.Select(s => s.Key.Split(':')).Where(k => k.Length > 1).Select(k => k[0]).Distinct().Where(k => k != "Serilog"),
    ];

    public bool Help { get; private init; }

    public bool Version { get; private init; }

    /// <summary>Ask the dashboard at this address how it is.</summary>
    public string? HealthCheck { get; private init; }

    /// <summary>Keys of the configuration, their values, and how they were given.</summary>
    public IReadOnlyList<(string Key, string Value, string Name)> Given { get; private init; } = [];

    public IReadOnlyList<string> Faults { get; private init; } = [];

    /// <param name="args">The command line without the program.</param>
    public static CommandLine Read(IReadOnlyList<string> args)
    {
        Dictionary<Option<string[]>, Setting> options = Settings.All.ToDictionary(s => Taking($"--{s.Option}"));
        Option<string[]> health = Taking("--healthcheck");
        Option<bool> help = new("--help"),
            version = new("--version");
        var root = new RootCommand { TreatUnmatchedTokensAsErrors = false };
        root.Options.Clear();
        root.Directives.Clear();
        foreach (Option option in (Option[])[.. options.Keys, health, help, version])
            root.Options.Add(option);
        // A value that begins with @ is no file with more options.
        ParseResult read = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

        var faults = new List<string>();
        var given = new List<(string, string, string)>();
        foreach ((Option<string[]> option, Setting setting) in options)
        {
            if (Values(option) is not { } values)
                continue;
            given.Add((setting.Key, setting.Joint is { } joint ? string.Join(joint, values) : values[^1], option.Name));
        }
        string? asked = Values(health)?[^1];
        if (asked is not null && args.Count > 2)
            faults.Add("--healthcheck stands alone: --healthcheck URL.");
        ReadKeys(read.UnmatchedTokens, given, faults);
        return new()
        {
            Help = read.GetValue(help),
            Version = read.GetValue(version),
            HealthCheck = asked,
            Given = given,
            Faults = faults,
        };

        string[]? Values(Option<string[]> option)
        {
            if (read.GetResult(option) is not { } result)
                return null;
            string[] values = [.. result.Tokens.Select(t => t.Value).Where(v => !v.StartsWith("--", StringComparison.Ordinal))];
            if (values.Length < result.IdentifierTokenCount)
                faults.Add($"{option.Name} needs a value: {option.Name} VALUE.");
            foreach (Token other in result.Tokens.Where(t => t.Value.StartsWith("--", StringComparison.Ordinal)))
                faults.Add(Unknown(other.Value));
            return values.Length > 0 ? values : null;
        }
    }

    // Takes what comes, so that what is wrong with it is told here, in the same words for all.
    private static Option<string[]> Taking(string name) => new(name) { Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };

    private static void ReadKeys(IReadOnlyList<string> rest, List<(string, string, string)> given, List<string> faults)
    {
        for (int i = 0; i < rest.Count; i++)
        {
            string[] parts = rest[i].Split('=', 2);
            string key = parts[0].StartsWith("--", StringComparison.Ordinal) ? parts[0][2..] : "";
            if (!key.Contains(':', StringComparison.Ordinal) || !Sections.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                faults.Add(Unknown(rest[i]));
            else if (parts.Length == 2)
                given.Add((key, parts[1], parts[0]));
            else if (i + 1 < rest.Count && !rest[i + 1].StartsWith("--", StringComparison.Ordinal))
                given.Add((key, rest[++i], parts[0]));
            else
                faults.Add($"{parts[0]} needs a value: {parts[0]} VALUE.");
        }
    }

    private static string Unknown(string token) =>
        $"'{token}' is not an option. There are --{string.Join(", --", Settings.All.Select(s => s.Option))} and --help, and keys of the configuration such as --Kestrel:Endpoints:Https:Url URL.";
}
