using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Why a socket went, where more ended it than the next step of its connection.</summary>
internal static class EndReasons
{
    /// <summary>Nanoseconds between what ends a socket and the moment at which it is told to be gone: stamps of a capture and of a trace.</summary>
    private const long Slack = 10_000_000;

    /// <summary>Nanoseconds by which the reading of a timer may be off: one that went sooner than this before its end did not go by it.</summary>
    private const long OfTimer = 500_000_000;

    /// <summary>The band with the reason of its end, where there is one.</summary>
    public static StateBand WithReason(StateBand band, Flow flow, IReadOnlyList<Arrow> arrows)
    {
        if (band is not { Gone: not null, End: { } end } || band.Ended?.Cause is EndCause.Destroyed or EndCause.TakenOver)
            return band;
        TcpEndpoint own = band.Local.Unmapped();
        FlowCall? destroy = flow.Calls.FirstOrDefault(c => c is { Act: FlowAct.Destroy, Succeeded: true } && c.Own == own && c.T >= band.Begin && c.T <= end);
        if (destroy is not null)
            return band with { Ended = new(EndCause.Destroyed, destroy.Seq) };
        if (band.Ended is not null)
            return band;
        long after = Math.Max(band.Begin, band.Gone.After ?? end - Slack) - Slack;
        // A closing end does not wait for a RST: its last step is the ACK of its FIN.
        Arrow? came = arrows.LastOrDefault(a =>
            a is { Kind: SegmentKind.Rst, Received: { } at, Segment: not null } && a.Target == own && at >= after && at <= end + Slack
        );
        if (came is not null)
            return band with { Ended = new(EndCause.Reset, came.Seqs[0]) };
        Arrow? sent = band.State is TcpState.TimeWait or TcpState.LastAck
            ? null
            : arrows.LastOrDefault(a => a is { Kind: SegmentKind.Rst, Segment: not null } && a.Origin == own && a.Sent >= after && a.Sent <= end + Slack);
        return sent is null ? band : band with { Ended = new(EndCause.SentReset, sent.Seqs[0]) };
    }

    /// <summary>What ended a TIME-WAIT; null while it lasts, and where nobody read its timer.</summary>
    public static EndReason? OfTimeWait(TimeWaitBar bar, StateBand band)
    {
        if (bar.GoneAt is not { } gone)
            return null;
        if (band.Ended is { } reason)
            return reason;
        return bar.TimerSource is null ? null : new(gone + OfTimer < bar.TimerEnd ? EndCause.Early : EndCause.Timer, null);
    }
}
