using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalPair;

/// <summary>One of the two hosts of this machine: what its agent is told.</summary>
/// <param name="Rows">Local addresses whose rows are this host's, for hosts that share a namespace; null where it has one of its own.</param>
internal sealed record LocalHost(string Name, string Address, string Interface, string? Rows = null)
{
    public static IReadOnlyList<LocalHost> InNamespaces { get; } =
    [
        new(HubRoutes.Client, LocalPairContract.ClientAddress, LocalPairContract.Interface),
        new(HubRoutes.Server, LocalPairContract.ServerAddress, LocalPairContract.Interface),
    ];

    public static IReadOnlyList<LocalHost> OnLoopback { get; } =
    [
        new(HubRoutes.Client, LocalPairContract.LoopbackClient, "lo", LocalPairContract.LoopbackClient),
        new(HubRoutes.Server, LocalPairContract.LoopbackServer, "lo", LocalPairContract.LoopbackServer + ",any"),
    ];

    /// <summary>The agent's arguments.</summary>
    /// <param name="dashboard">As <c>--dashboard</c> takes it.</param>
    /// <param name="keeper">The process with which the agent dies.</param>
    public IReadOnlyList<string> Arguments(string dashboard, int keeper)
    {
        List<string> arguments =
        [
            "--name", Name, "--address", Address, "--interface", Interface, "--dashboard", dashboard,
            "--die-with-parent", keeper.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ];
        return Rows is null ? arguments : [.. arguments, "--rows", Rows];
    }
}
