using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Hosts;

/// <summary>The hosts and what was found of them, in words.</summary>
public sealed class HostsText(PageTexts text)
{
    /// <summary>What a source shows and what it cannot.</summary>
    public string Sees(string source) =>
        text.Has($"source.{source}.sees")
            ? $"{text[$"source.{source}.sees"]} {(text.Has($"source.{source}.misses") ? text[$"source.{source}.misses"] : "")}"
            : "";

    /// <summary>Where the lab's hosts are.</summary>
    public string Mode(HostsMode mode) =>
        mode switch
        {
            HostsMode.Namespaces => text["page.hosts.mode-namespaces"],
            HostsMode.Loopback => text["page.hosts.mode-loopback"],
            _ => text["page.hosts.mode-agents"],
        };

    /// <summary>How far a host's clock may be off.</summary>
    public string Clock(LabHost host) =>
        host.ClockUncertainty switch
        {
            null => text["page.hosts.clock-unmeasured"],
            0 => text["page.hosts.clock-own"],
            { } off => text["page.hosts.clock-matched", ("margin", Durations.Span(off))],
        };

    /// <summary>A socket that has the port, and whose it is.</summary>
    public string Holder(PortHolder holder)
    {
        string who = holder switch
        {
            { Pid: { } pid } => text["page.hosts.holder-process", ("program", holder.Program ?? ""), ("pid", pid)],
            { State: TcpState.TimeWait, Timer: { } timer } => text["page.hosts.holder-left", ("left", Durations.Seconds(timer.Left))],
            { Inode: 0 } => text["page.hosts.holder-orphan"],
            { User: { } user } => text["page.hosts.holder-user", ("user", user), ("uid", holder.Uid), ("command", holder.FindCommand ?? "")],
            _ => text["page.hosts.holder-uid", ("uid", holder.Uid), ("command", holder.FindCommand ?? "")],
        };
        return $"{holder.Local}{(holder.Remote is { } peer ? $" ← {peer}" : "")}: {who}";
    }

    /// <summary>What came of a trial connect.</summary>
    public string Reach(ReachTest reach) =>
        reach.Result switch
        {
            ReachResult.Refused => text["page.hosts.reach-refused", ("to", reach.To), ("took", Durations.Span(reach.Took))],
            ReachResult.Open => text["page.hosts.reach-open", ("to", reach.To), ("took", Durations.Span(reach.Took))],
            ReachResult.Filtered => text["page.hosts.reach-filtered", ("to", reach.To), ("took", Durations.Span(reach.Took))],
            _ => text["page.hosts.reach-unreachable", ("to", reach.To), ("errno", reach.Errno ?? "")],
        };

    /// <summary>The gravest level of what was found, for the page's colours; <c>none</c> before a check.</summary>
    public static string Worst(LabState? state) =>
        state switch
        {
            null => "none",
            _ when state.Hosts.Any(h => !h.Connected) => "blocker",
            { Check: { } check } => check.Findings.Select(f => f.Level).DefaultIfEmpty().Max().ToString().ToLowerInvariant(),
            _ => "none",
        };

    /// <summary>What keeps a run from working, or from showing what it should; of another port nothing is known.</summary>
    public static IReadOnlyList<Finding> Warnings(LabState? state, int port) =>
        state?.Check is { DuringRun: false } check && check.Port == port
            ? [.. check.Findings.Where(f => f.Level >= FindingLevel.Warning && f.About != "time-wait")]
            : [];
}
