using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>The diagram in words: tooltips, and the story for a screen reader.</summary>
/// <param name="text">The page's texts.</param>
/// <param name="uncertainty">How far the two hosts' clocks may be apart, ns; null when not known.</param>
public sealed class DiagramText(IStringLocalizer text, long? uncertainty = null)
{
    public string Call(CallEvent e)
    {
        string line = text["{0}, {1}, after {2}, took {3}. Source: the call itself.", e.Host ?? "", CallLabel.Full(e), RunTimeText.Moment(e.T), RunTimeText.Span(e.Duration)];
        return e.Remark is { } remark ? line + " " + remark : line;
    }

    public string Band(StateBand b)
    {
        string begin = b.Exact ? text["since {0}", RunTimeText.Moment(b.Begin)] : b.After is { } after
            ? text["seen {0}, not yet {1} before", RunTimeText.Moment(b.Begin), RunTimeText.Span(Math.Max(0, b.Begin - after))]
            : text["seen {0}", RunTimeText.Moment(b.Begin)];
        return text["{0}, {1}: {2} → {3}, {4}. Source: {5}.", b.Host, b.State.Name(), b.Local, b.Remote, begin, SourceNames(b.Sources)];
    }

    public string TimeWait(TimeWaitBar b, StateBand band) => b.Measured is not { } measured
        ? text["{0}: TIME-WAIT of {1} → {2}. The kernel's timer runs {3}; the socket goes a little after it reached 0. Source: {4}.", b.Host, b.Local, b.Remote, RunTimeText.Span(b.Timer), SourceNames(band.Sources)]
        : b.DestroyedBy is null
            ? text["{0}: TIME-WAIT of {1} → {2} lasted {3}. Source: {4}.", b.Host, b.Local, b.Remote, RunTimeText.Span(measured), SourceNames(band.Gone?.Sources ?? band.Sources)]
            : text["{0}: TIME-WAIT of {1} → {2} was destroyed by hand after {3} (SOCK_DESTROY). Source: {4}.", b.Host, b.Local, b.Remote, RunTimeText.Span(measured), SourceNames(band.Gone?.Sources ?? band.Sources)];

    /// <summary>Both sides of it, and none preferred.</summary>
    public string Disagreement(Disagreement d) => text["Two sources disagree on {0}, {1} → {2}: at {3} {4} says {5}, while {6} says {7} since {8}.",
        d.Host, d.Local, d.Remote, RunTimeText.Moment(d.T), SourceName(d.Source), d.State?.Name() ?? text["gone"].Value, SourceName(d.Other), d.OtherState?.Name() ?? text["gone"].Value, RunTimeText.Moment(d.OtherSince)];

    public string Gap(GapEvent g) => text["{0} lost at {1} ({2}). {3}", g.Lost, RunTimeText.Moment(g.T), SourceName(g.Source), text[g.Reason].Value];

    public string SourceNames(SourceSet sources) => string.Join(", ", sources.All.Select(SourceName));

    public string Arrow(Arrow a)
    {
        string way = a.Lost ? text["{0} from {1}, without an answer.", a.Label, a.From] : text["{0} from {1} to {2}.", a.Label, a.From, a.To];
        return a.Segment is { } seen ? text["{0} {1} Source: {2}.", way, Read(a, seen), SourceName(a.Source)]
            : a.Source == EventSource.Inferred ? way + " " + Evidence(a.Evidence)
            : text["{0} Source: {1}.", way, SourceName(a.Source)];
    }

    /// <summary>What the capture read, and what that means.</summary>
    private string Read(Arrow a, ObservedSegment s)
    {
        var parts = new List<string> { text["seq {0}, ack {1}, {2} B, window {3}.", s.RelativeSeq, s.RelativeAck is { } ack ? ack : "–", s.Len, s.Win] };
        if (s.Seen == SeenAt.BothEnds && a.Received is { } received)
            parts.Add(received - a.Sent < uncertainty
                ? text["Seen at both ends, {0} on the way; the clocks agree to ±{1} only.", RunTimeText.Span(received - a.Sent), RunTimeText.Span(uncertainty.Value)]
                : text["Seen at both ends, {0} on the way.", RunTimeText.Span(received - a.Sent)]);
        else if (s.Seen != SeenAt.BothEnds)
            parts.Add(s.Seen == SeenAt.Sender ? text["Seen only as it left."] : text["Seen only as it arrived."]);
        if (s.Retransmission)
            parts.Add(text["A retransmission: these numbers had been sent before."]);
        if (s.AckDelay is { } delay)
            parts.Add(text["A delayed ACK, held back for {0}.", RunTimeText.Span(delay)]);
        if (s.Reset is { } reset)
            parts.Add(reset switch
            {
                ResetReason.Refused => text["It refuses the SYN: nobody listens on that port."],
                ResetReason.NoSocket => text["It answers a segment for a socket that is not there."],
                _ => text["The sender ended the connection by it."],
            });
        return string.Join(" ", parts);
    }

    /// <summary>What happened, in order.</summary>
    public IEnumerable<StoryLine> Story(Timeline timeline)
    {
        var lines = timeline.Calls.Select(c => new StoryLine(c.At, c.Event.Seq * 4, c.Event, () => Call(c.Event)))
            .Concat(timeline.Bands.Select(b => new StoryLine(b.Begin, b.Seq * 4 + 1, b, () => Band(b))))
            .Concat(timeline.Arrows.Select((a, i) => new StoryLine(a.Sent, -1L - i, (a.Kind, a.From, a.Sent, a.Received, a.Segment), () => Arrow(a))))
            .Concat(timeline.Disagreements.Select(d => new StoryLine(d.T, d.Seq * 4 + 2, d, () => Disagreement(d))))
            .Concat(timeline.Gaps.Where(g => g.Lost > 0).Select(g => new StoryLine(g.T, g.Seq * 4 + 3, g, () => Gap(g))));
        return lines.OrderBy(l => l.T);
    }

    public string SourceName(EventSource source) => source switch
    {
        EventSource.Proc => "/proc/net/tcp",
        EventSource.Diag => "sock_diag",
        EventSource.Capture => "AF_PACKET",
        EventSource.Trace => text["tracepoints"],
        EventSource.Call => text["the call itself"],
        EventSource.Agent => text["the agent"],
        EventSource.Inferred => text["inferred"],
        _ => text["the lab"],
    };

    private string Evidence(InferredFrom evidence) => evidence switch
    {
        InferredFrom.ConnectSucceeded => text["Inferred: connect() succeeded, so the handshake took place while it ran."],
        InferredFrom.ConnectRefused => text["Inferred: connect() gave ECONNREFUSED, so a RST answered the SYN."],
        InferredFrom.ConnectUnanswered => text["Inferred: connect() gave up without an answer."],
        InferredFrom.ActiveClose => text["Inferred: close() of a connection that was open."],
        InferredFrom.PassiveClose => text["Inferred: close() after the peer's FIN."],
        InferredFrom.FinWait2Seen => text["Inferred: the closer was seen in FIN-WAIT-2."],
        InferredFrom.CloseWaitSeen => text["Inferred: the peer was seen in CLOSE-WAIT. The ACK may have travelled with the next segment."],
        InferredFrom.TimeWaitSeen => text["Inferred: TIME-WAIT was seen, so both FINs were acknowledged."],
        InferredFrom.PassiveSocketGone => text["Inferred: the socket went, so its FIN was acknowledged."],
        _ => "",
    };
}

/// <summary>A sentence of the diagram's story, written only when it is drawn.</summary>
/// <param name="T">Its moment, nanoseconds on the run's axis.</param>
/// <param name="Key">Tells it from the others.</param>
/// <param name="Of">What it says depends on this alone.</param>
/// <param name="Text">Writes it.</param>
public sealed record StoryLine(long T, long Key, object Of, Func<string> Text);
