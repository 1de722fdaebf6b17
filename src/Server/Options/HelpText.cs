using System.Text;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    private const int Column = 26,
        Width = 150;

    private static readonly (string Option, string Text)[] Others =
    [
        ("--healthcheck URL", "asks a running dashboard's /healthz and exits with 0 when it is well, 1 when not"),
        ("--help", "this text"),
        ("--version", "the version"),
    ];

    public static string Text { get; } = Make();

    private static string Make()
    {
        var text = new StringBuilder(
            """
            ReuseAddrDashboard: what really happens when a TCP listener is bound again during TIME-WAIT.

            Usage: dotnet run --project src/Server -- [options]


            """
        );
        foreach (Setting setting in Settings.All)
            Add(text, $"--{setting.Option} {setting.Argument}", setting.Help + Otherwise(setting));
        foreach ((string option, string what) in Others)
            Add(text, option, what);
        return text.Append(
                """

                Each option may also stand in the environment (REUSEADDR_URLS, REUSEADDR_HOSTS, REUSEADDR_KEEP_RUNS and so on; several directories are separated
                by colons) and in appsettings.json beside the program. What is given on the command line counts more than the environment, that more than the file of
                --config, that more than appsettings.json. Any key of the configuration is also an option: --Kestrel:Endpoints:Https:Url https://127.0.0.1:5443.
                docs/configuration.md has every key, with https, logs, metrics and traces.
                Exit codes: 0 ended when asked to, 1 could not start, 2 wrong options.
                """
            )
            .ToString();
    }

    private static string Otherwise(Setting setting) =>
        setting.Default is not { Length: > 0 } otherwise ? ""
        : setting.Help.Contains('\n', StringComparison.Ordinal) ? $"\n(default {otherwise})"
        : $" (default {otherwise}{(setting.Takes.EndsWith(", or all", StringComparison.Ordinal) ? "; all for any" : "")})";

    private static void Add(StringBuilder text, string option, string what)
    {
        string start = $"  {option}".PadRight(Column - 1) + " ";
        foreach (string line in what.ReplaceLineEndings("\n").Split('\n'))
        {
            string rest = line;
            while (rest.Length > 0)
            {
                int end = rest.Length <= Width - Column ? rest.Length : rest.LastIndexOf(' ', Width - Column);
                text.Append(start).Append(rest[..end]).Append('\n');
                rest = rest[end..].TrimStart();
                start = new string(' ', Column);
            }
        }
    }
}
