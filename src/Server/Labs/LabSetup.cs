namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What a lab is set up with; nothing else of the server names a lab or a role.</summary>
/// <param name="Id">The lab's id.</param>
/// <param name="Hosts">The roles that its hosts play, in the order in which they are shown.</param>
/// <param name="PortHost">The role whose port is checked between runs, and which the others are to reach.</param>
/// <param name="Port">The port that is watched until somebody chooses others.</param>
internal sealed record LabSetup(string Id, IReadOnlyList<string> Hosts, string PortHost, int Port);

/// <summary>The labs of this dashboard.</summary>
internal sealed class LabSetups(IReadOnlyList<LabSetup> all)
{
    /// <summary>The one lab that a dashboard has where nobody set up others: the hosts of this machine, or two agents that join.</summary>
    public static LabSetups Default { get; } = new([new("local", ["client", "server"], "server", 11111)]);

    public IReadOnlyList<LabSetup> All => all;

    /// <summary>The one that agents join who name none.</summary>
    public LabSetup First => all[0];

    public LabSetup? Find(string id) => all.FirstOrDefault(l => l.Id == id);
}
