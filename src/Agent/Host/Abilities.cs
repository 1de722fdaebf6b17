using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>What this agent can do for a scenario beside making calls (<see cref="HostAbilities"/>).</summary>
internal static class Abilities
{
    /// <summary>
    /// Whether the calling thread's network namespace is the one that was made for this agent: the option names it, so that an agent that is started elsewhere
    /// with a copied command line changes nothing.
    /// </summary>
    public static bool HasOwnNamespace(AgentOptions options) =>
        options.OwnNamespace != 0
        && options.OwnNamespace == NetworkNamespace.Inode()
        && (Capabilities.Permitted() & Capabilities.Bit(CapabilityConstants.CAP_NET_ADMIN)) != 0;

    /// <summary>Found out by trying each, without a trace: once, at the agent's start, when no run is there to notice.</summary>
    public static IReadOnlyList<string> Find(AgentOptions options)
    {
        var found = new List<string>();
        if (HasOwnNamespace(options))
        {
            found.Add(HostAbilities.OwnNamespace);
            if (new PacketFilters().Try().Succeeded)
                found.Add(HostAbilities.Filter);
            if (new Delay().Try().Succeeded)
                found.Add(HostAbilities.Delay);
        }
        if (AsUser.Trial() is null)
            found.Add(HostAbilities.Users);
        found.Add(HostAbilities.Fork);
        return found;
    }
}
