using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>One way to start the program that keeps the local hosts.</summary>
/// <param name="Mode">Where the hosts will be.</param>
/// <param name="Wrapper">The program that comes before the agent's, with its arguments; empty for none.</param>
internal sealed record LocalHostsPlan(HostsMode Mode, IReadOnlyList<string> Wrapper)
{
    /// <summary>The ways to try, the best first.</summary>
    /// <param name="mode">What was asked for.</param>
    /// <param name="root">True where this user may make network namespaces without one of users.</param>
    /// <param name="unshare">Path of util-linux's unshare; null where there is none.</param>
    public static IReadOnlyList<LocalHostsPlan> For(LocalHostsMode mode, bool root, string? unshare)
    {
        var plans = new List<LocalHostsPlan>();
        if (mode is LocalHostsMode.Auto or LocalHostsMode.Namespaces)
        {
            // Root needs no user namespace, and without one may trace the kernel as well. Root of a container may not, and goes the way of everybody.
            if (root)
            {
                plans.Add(new(HostsMode.Namespaces, []));
            }

            if (unshare is not null)
            {
                plans.Add(new(HostsMode.Namespaces, [unshare, .. LocalHostsContract.UserNamespaceWrapper.Skip(1)]));
            }
        }

        if (mode is LocalHostsMode.Auto or LocalHostsMode.Loopback)
        {
            plans.Add(new(HostsMode.Loopback, []));
        }

        return plans;
    }

    /// <summary>The agent's arguments.</summary>
    public IReadOnlyList<string> Arguments(PrivateDirectory directory) =>
        [
            LocalHostsContract.Command,
            "--dashboard",
            directory.Dashboard,
            "--directory",
            directory.FullPath,
            "--mode",
            Mode == HostsMode.Namespaces ? LocalHostsContract.Namespaces : LocalHostsContract.Loopback,
        ];

    /// <summary>Finds a program on PATH.</summary>
    public static string? OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/bin")
            .Where(Path.IsPathFullyQualified)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
}
