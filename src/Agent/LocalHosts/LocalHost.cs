using System.Globalization;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>One of the hosts of this machine: what its agent is told.</summary>
/// <param name="Addresses">Its name and addresses.</param>
/// <param name="Rows">As <c>--rows</c> takes it, for hosts that share a namespace; null where it has one of its own.</param>
internal sealed record LocalHost(LocalHostAddresses Addresses, string? Rows = null)
{
    public string Name => Addresses.Name;

    public static IReadOnlyList<LocalHost> InNamespaces { get; } = [.. LocalHostsContract.InNamespaces.Select(a => new LocalHost(a))];

    /// <summary>Rows of a wildcard address are the last host's.</summary>
    public static IReadOnlyList<LocalHost> OnLoopback { get; } =
    [
        .. LocalHostsContract.OnLoopback.Select(
            (a, i) => new LocalHost(a, $"{a.Address},{a.Second}" + (i == LocalHostsContract.OnLoopback.Count - 1 ? ",any" : ""))
        ),
    ];

    /// <summary>The agent's arguments. Its IPv6 address it finds on the interface, where the kernel has IPv6.</summary>
    /// <param name="dashboard">As <c>--dashboard</c> takes it.</param>
    /// <param name="parent">The process with which the agent dies.</param>
    /// <param name="ownNamespace">The inode of the network namespace that was made for it; 0 where it has none.</param>
    public IReadOnlyList<string> Arguments(string dashboard, int parent, ulong ownNamespace)
    {
        List<string> arguments =
        [
            "--name",
            Name,
            "--address",
            Addresses.Address,
            "--second-address",
            Addresses.Second,
            "--interface",
            Addresses.Interface,
            "--dashboard",
            dashboard,
            "--die-with-parent",
            parent.ToString(CultureInfo.InvariantCulture),
        ];
        if (ownNamespace != 0)
            arguments.AddRange(["--own-namespace", ownNamespace.ToString(CultureInfo.InvariantCulture)]);
        if (Rows is not null)
            arguments.AddRange(["--rows", Rows]);
        return arguments;
    }
}
