using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Diagram;

namespace ReuseAddrDashboard.Web.Hosts;

/// <summary>The hosts and what was found of them, in words.</summary>
public sealed class HostsText(IStringLocalizer text)
{
    /// <summary>What a source shows and what it cannot.</summary>
    public string Sees(string source) => source switch
    {
        SourceFact.Proc => text["Every row with its timer. Not what comes and goes between two looks, nor a socket that is bound and does not listen."],
        SourceFact.Diag => text["Timers in ms, bound sockets, how a socket ended. Not SO_REUSEADDR, nor states between two looks."],
        SourceFact.Capture => text["Every segment, with the kernel's stamp. Not what a firewall drops as it leaves."],
        SourceFact.Trace => text["Every change of state in its moment, also TIME-WAIT's end and, from Linux 6.11 on, every begin of it. Not what was before, nor requests before their last ACK."],
        _ => "",
    };

    public string Mode(HostsMode mode) => mode switch
    {
        HostsMode.Namespaces => text["Two network namespaces of this machine"],
        HostsMode.Loopback => text["Two loopback addresses of this machine"],
        _ => text["Agents on other machines"],
    };

    public string Clock(LabHost host) => host.ClockUncertainty switch
    {
        null => text["not measured yet"],
        0 => text["the dashboard's own (one kernel, one time namespace)"],
        { } off => text["matched with the dashboard's to ±{0}", RunTimeText.Span(off)],
    };

    public string Holder(PortHolder holder)
    {
        string who = holder switch
        {
            { Pid: { } pid } => text["{0}, process {1}", holder.Program ?? "", pid],
            { State: TcpState.TimeWait, Timer: { } timer } => text["{0} s left", RunTimeText.Seconds(timer.Left)],
            { Inode: 0 } => text["no process owns it"],
            { User: { } user } => text["a program of {0} (uid {1}), which this agent may not look into: {2}", user, holder.Uid, holder.FindCommand ?? ""],
            _ => text["a program of uid {0}, which this agent may not look into: {1}", holder.Uid, holder.FindCommand ?? ""],
        };
        return $"{holder.Local}{(holder.Remote is { } peer ? $" ← {peer}" : "")}: {who}";
    }

    public string Reach(ReachTest reach) => reach.Result switch
    {
        ReachResult.Refused => text["{0}: refused after {1}, so it is reachable", reach.To, RunTimeText.Span(reach.Took)],
        ReachResult.Open => text["{0}: open, somebody listens ({1})", reach.To, RunTimeText.Span(reach.Took)],
        ReachResult.Filtered => text["{0}: filtered, no answer within {1}", reach.To, RunTimeText.Span(reach.Took)],
        _ => text["{0}: unreachable ({1})", reach.To, reach.Errno ?? ""],
    };

    /// <summary>The gravest level of what was found, for the page's colours; <c>none</c> before a check.</summary>
    public static string Worst(LabState? state) => state switch
    {
        null => "none",
        _ when state.Hosts.Any(h => !h.Connected) => "blocker",
        { Check: { } check } => check.Findings.Select(f => f.Level).DefaultIfEmpty().Max().ToString().ToLowerInvariant(),
        _ => "none",
    };

    /// <summary>What keeps a run from working, or from showing what it should; of another port nothing is known.</summary>
    public static IReadOnlyList<Finding> Warnings(LabState? state, int port) =>
        state?.Check is { DuringRun: false } check && check.Port == port ? [.. check.Findings.Where(f => f.Level >= FindingLevel.Warning && f.About != "time-wait")] : [];
}
