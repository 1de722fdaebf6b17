using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>One way to start the keeper of the local hosts.</summary>
/// <param name="Mode">Where the hosts will be.</param>
/// <param name="Wrapper">The program that comes before the keeper's, with its arguments; empty for none.</param>
public sealed record KeeperPlan(HostsMode Mode, IReadOnlyList<string> Wrapper)
{
    /// <summary>The ways to try, the best first.</summary>
    /// <param name="unshare">Path of util-linux's unshare; null where there is none.</param>
    public static IReadOnlyList<KeeperPlan> For(LocalHostsMode mode, bool root, string? unshare)
    {
        var plans = new List<KeeperPlan>();
        if (mode is LocalHostsMode.Auto or LocalHostsMode.Namespaces)
        {
            // Root needs no user namespace, and without one may trace the kernel as well. Root of a container may not, and goes the way of everybody.
            if (root)
            {
                plans.Add(new(HostsMode.Namespaces, []));
            }

            // A process with more than one thread cannot enter a user namespace, and .NET has several from the start: so another program does it first.
            if (unshare is not null)
            {
                plans.Add(new(HostsMode.Namespaces, [unshare, "--user", "--map-root-user", "--"]));
            }
        }

        if (mode is LocalHostsMode.Auto or LocalHostsMode.Loopback)
        {
            plans.Add(new(HostsMode.Loopback, []));
        }

        return plans;
    }

    /// <summary>The keeper's own arguments.</summary>
    public IReadOnlyList<string> Arguments(PrivateDirectory directory) =>
    [
        "pair", "--dashboard", directory.Dashboard, "--directory", directory.FullPath,
        "--mode", Mode == HostsMode.Namespaces ? LocalPairContract.Namespaces : LocalPairContract.Loopback,
    ];

    /// <summary>Finds a program on PATH.</summary>
    public static string? OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
            .Where(Path.IsPathFullyQualified).Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
