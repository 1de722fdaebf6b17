using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalPair;

/// <summary>What <c>reuseaddr-agent pair</c> is told.</summary>
/// <param name="Dashboard"><c>unix:/path/of/the/socket</c>, handed to the agents.</param>
/// <param name="Directory">The private directory to remove once the Server is gone.</param>
/// <param name="Namespaces">True for two namespaces, false for loopback.</param>
internal sealed record PairOptions(string Dashboard, string Directory, bool Namespaces)
{
    public const string Help = """
        Usage: reuseaddr-agent pair --dashboard unix:/PATH --directory DIR --mode namespaces|loopback

        Keeps the two hosts of one machine for a dashboard that runs on it; the dashboard starts this by itself.
          --dashboard unix:/PATH   the Unix socket on which the dashboard listens
          --directory DIR          the dashboard's private directory, removed at the end; its name starts with reuseaddr-dashboard-
          --mode namespaces        client 192.168.122.177 and server 192.168.122.68, each in a network namespace; needs CAP_SYS_ADMIN,
                                   which unshare --user --map-root-user --net -- reuseaddr-agent pair ... gives to any user
          --mode loopback          client 127.0.0.2 and server 127.0.0.1
        It ends when its standard input ends, or on SIGTERM.
        Exit codes: 0 ended as asked, 2 wrong options, 3 the kernel refuses the namespaces.
        """;

    /// <param name="arguments">Those after <c>pair</c>.</param>
    /// <param name="problem">A sentence naming the option and what it takes; null when the options are right.</param>
    public static PairOptions? Parse(ReadOnlySpan<string> arguments, out string? problem)
    {
        string? dashboard = null, directory = null, mode = null;
        problem = null;
        for (int i = 0; i < arguments.Length && problem is null; i += 2)
        {
            string name = arguments[i];
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            problem = name switch
            {
                _ when value is null => $"{name} takes a value.",
                "--dashboard" => Take(ref dashboard, name, value, value.StartsWith("unix:/", StringComparison.Ordinal), "unix: and the absolute path of a socket"),
                "--directory" => Take(ref directory, name, value, IsPrivate(value), $"the absolute path of a directory named {LocalPairContract.DirectoryPrefix}..."),
                "--mode" => Take(ref mode, name, value, value is LocalPairContract.Namespaces or LocalPairContract.Loopback, "namespaces or loopback"),
                _ => $"{name} is not an option of pair: it takes --dashboard, --directory and --mode.",
            };
        }

        problem ??= dashboard is null ? "--dashboard is missing: it takes unix: and the absolute path of a socket."
            : directory is null ? $"--directory is missing: it takes the absolute path of a directory named {LocalPairContract.DirectoryPrefix}...."
            : mode is null ? "--mode is missing: it takes namespaces or loopback."
            : null;
        return problem is null ? new PairOptions(dashboard!, directory!, mode == LocalPairContract.Namespaces) : null;
    }

    // What is removed at the end must be the dashboard's own: a wrong path here shall not cost anybody their files.
    private static bool IsPrivate(string path) =>
        Path.IsPathFullyQualified(path) && Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).StartsWith(LocalPairContract.DirectoryPrefix, StringComparison.Ordinal);

    private static string? Take(ref string? target, string name, string value, bool valid, string takes)
    {
        string? problem = target is not null ? $"{name} is given twice." : valid ? null : $"{name} takes {takes}, not \"{value}\".";
        target = value;
        return problem;
    }
}
