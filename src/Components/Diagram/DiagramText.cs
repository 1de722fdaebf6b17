using ReuseAddrDashboard.Components.Marks;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>The diagram in words: tooltips, and the story for a screen reader.</summary>
/// <param name="text">The page's texts.</param>
/// <param name="uncertainty">How far the two hosts' clocks may be apart, ns; null when not known.</param>
public sealed class DiagramText(PageTexts text, long? uncertainty = null)
{
    /// <summary>How far the two hosts' clocks may be apart, ns; null when not known.</summary>
    public long? Uncertainty => uncertainty;

    /// <summary>A call with its arguments and what it returned.</summary>
    public string Call(CallEvent e)
    {
        string line = text[
            "page.diagram.call",
            ("host", e.Host ?? ""),
            ("call", StraceLine.Write(e)),
            ("at", Durations.Moment(e.T)),
            ("took", Durations.Span(e.Duration))
        ];
        return e.Remark is { } remark ? line + " " + text[remark] : line;
    }

    /// <summary>A state with its begin and how it is known.</summary>
    public string Band(StateBand b)
    {
        string begin =
            b.Source == EvidenceSource.Inferred ? Concluded(b)
            : b.Exact ? text["page.diagram.since", ("at", Durations.Moment(b.Begin))]
            : b.After is { } after
                ? text["page.diagram.first-seen-after", ("at", Durations.Moment(b.Begin)), ("before", Durations.Span(Math.Max(0, b.Begin - after)))]
            : text["page.diagram.first-seen", ("at", Durations.Moment(b.Begin))];
        return text[
            "page.diagram.band",
            ("host", b.Host),
            ("state", b.State.Name()),
            ("local", b.Local),
            ("remote", b.Remote),
            ("since", begin),
            ("sources", SourceNames(b.Sources))
        ];
    }

    /// <summary>Between which moments a state began that follows from segments and calls, and when somebody saw it.</summary>
    public string Concluded(StateBand b)
    {
        string begin = (b.After, b.Before ?? (b.IsInferred ? null : b.Begin)) switch
        {
            ({ } after, { } before) => text["page.diagram.began-between", ("after", MarkText.Time(after)), ("before", MarkText.Time(before))],
            ({ } after, null) => text["page.diagram.began-after", ("after", MarkText.Time(after))],
            _ => text["page.diagram.began-at", ("at", Durations.Moment(b.Begin))],
        };
        return b.SeenFrom is { } seen ? text["page.diagram.began-seen", ("begin", begin), ("at", Durations.Moment(seen))] : begin;
    }

    /// <summary>A TIME-WAIT, its timer, and what ended it.</summary>
    public string TimeWait(TimeWaitBar b, StateBand band)
    {
        string code = b.GoneAt is null
            ? "lasts"
            : b.Ended?.Cause switch
            {
                EndCause.Destroyed => "destroyed",
                EndCause.Reset => "reset",
                EndCause.TakenOver => "taken-over",
                EndCause.Early => "early",
                _ => "removed",
            };
        return text[
            Message.Of(
                $"time-wait.{code}{(b.WasThere ? "-earlier" : "")}",
                ("host", b.Host),
                ("local", b.Local),
                ("remote", b.Remote),
                ("timer", b.Timer),
                ("lasted", b.Measured),
                ("source", SourceNames(b.GoneAt is null ? band.Sources : band.Gone?.Sources ?? band.Sources))
            )
        ];
    }

    /// <summary>Both sides of it, and none preferred.</summary>
    public string Disagreement(Disagreement d) =>
        text[
            "page.diagram.disagreement",
            ("host", d.Host),
            ("local", d.Local),
            ("remote", d.Remote),
            ("at", Durations.Moment(d.T)),
            ("source", SourceName(d.Source)),
            ("state", d.State?.Name() ?? text["page.state.closed"]),
            ("other", SourceName(d.Other)),
            ("other-state", d.OtherState?.Name() ?? text["page.state.closed"]),
            ("since", Durations.Moment(d.OtherSince))
        ];

    /// <summary>What was lost, when, and by whom.</summary>
    public string Gap(GapEvent g) =>
        text["page.diagram.gap", ("count", g.Lost), ("at", Durations.Moment(g.T)), ("source", SourceName(g.Source)), ("reason", text[g.Reason])];

    /// <summary>The names of several sources.</summary>
    public string SourceNames(SourceSet sources) => string.Join(", ", sources.All.Select(SourceName));

    /// <summary>A segment, where it went, and how it is known.</summary>
    public string Arrow(Arrow a)
    {
        string way = a.Lost
            ? text["page.diagram.arrow-unanswered", ("segment", a.Label), ("from", a.From)]
            : text["page.diagram.arrow", ("segment", a.Label), ("from", a.From), ("to", a.To)];
        return a.Segment is { } seen ? text["page.diagram.arrow-read", ("arrow", way), ("read", Read(a, seen)), ("source", SourceName(a.Source))]
            : a.Source == EvidenceSource.Inferred ? way + " " + Evidence(a.Evidence)
            : text["page.diagram.arrow-source", ("arrow", way), ("source", SourceName(a.Source))];
    }

    /// <summary>What the capture read, and what that means.</summary>
    private string Read(Arrow a, ObservedSegment s)
    {
        var parts = new List<string>
        {
            text["page.diagram.numbers", ("seq", s.RelativeSeq), ("ack", s.RelativeAck is { } ack ? ack : "–"), ("octets", s.Len), ("window", s.Win)],
        };
        if (s.Seen == SeenAt.BothEnds && a.Received is { } received)
            parts.Add(
                received - a.Sent < uncertainty
                    ? text["page.diagram.both-ends-margin", ("transit", Durations.Span(received - a.Sent)), ("margin", Durations.Span(uncertainty.Value))]
                    : text["page.diagram.both-ends", ("transit", Durations.Span(received - a.Sent))]
            );
        else if (s.Seen != SeenAt.BothEnds)
            parts.Add(
                text[
                    s.Seen switch
                    {
                        SeenAt.Sender => "page.diagram.sender-only",
                        SeenAt.OnTheWay => "page.diagram.on-the-way",
                        _ => "page.diagram.receiver-only",
                    }
                ]
            );
        if (s.Retransmission)
            parts.Add(text["page.diagram.retransmission"]);
        if (s.AckDelay is { } delay)
            parts.Add(text["page.diagram.delayed-ack", ("delay", Durations.Span(delay))]);
        if (s.Reset is { } reset)
            parts.Add(
                reset switch
                {
                    ResetReason.Refused => text["page.diagram.refused"],
                    ResetReason.NoSocket => text["page.diagram.no-such-socket"],
                    _ => text["page.diagram.aborted"],
                }
            );
        return string.Join(" ", parts);
    }

    /// <summary>What happened, in order.</summary>
    public IEnumerable<StoryLine> Story(Timeline timeline)
    {
        var lines = timeline
            .Calls.Select(c => new StoryLine(c.At, (MarkKind.Call, c.Event.Seq), c.Event, () => Call(c.Event)))
            .Concat(timeline.Bands.Select(b => new StoryLine(b.Begin, (MarkKind.State, b.Seq), b, () => Band(b))))
            .Concat(
                timeline.Arrows.Select(
                    (a, i) => new StoryLine(a.Sent, (MarkKind.Segment, (long)i), (a.Kind, a.From, a.Sent, a.Received, a.Segment), () => Arrow(a))
                )
            )
            .Concat(timeline.Disagreements.Select(d => new StoryLine(d.T, (MarkKind.Remark, -d.Seq), d, () => Disagreement(d))))
            .Concat(timeline.Programs.Select(p => new StoryLine(p.T, (MarkKind.Remark, p.Seq), p, () => Program(p, Durations.Moment(p.T)))))
            .Concat(timeline.Environment.Select(e => new StoryLine(e.T, (MarkKind.Remark, e.Seq), e, () => Environment(e, Durations.Moment(e.T)))))
            .Concat(timeline.Gaps.Where(g => g.Lost > 0).Select(g => new StoryLine(g.T, (MarkKind.Remark, g.Seq), g, () => Gap(g))));
        return lines.OrderBy(l => l.T);
    }

    /// <summary>What a source is called; its own name for one that is not known here.</summary>
    public string SourceName(string source) =>
        source switch
        {
            EvidenceSource.Proc => "/proc/net/tcp",
            EvidenceSource.Diag => "sock_diag",
            EvidenceSource.Capture => "AF_PACKET",
            EvidenceSource.CaptureFile => text["page.source.capture-file"],
            EvidenceSource.Trace => text["page.source.trace"],
            EvidenceSource.Call => text["page.source.call"],
            EvidenceSource.Agent => text["page.source.agent"],
            EvidenceSource.Inferred => text["page.source.inferred"],
            EvidenceSource.Lab => text["page.source.lab"],
            // An agent may bring a source of its own.
            _ => source,
        };

    /// <summary>What became of a program, in a few words: <c>./sv 1</c>, <c>sv killed</c>.</summary>
    public static string Program(ProgramEvent p) =>
        p.Change switch
        {
            ProgramChange.Started => p.Command ?? p.Program,
            ProgramChange.Forked => $"{p.Program}: fork() → {p.Child}",
            ProgramChange.Killed => $"kill -9 {p.Program}",
            _ => $"{p.Program}: exit()",
        };

    /// <summary>What was changed on a host: <c>tcp_fin_timeout = 3</c>, <c>drop last-ack</c>.</summary>
    public string Environment(EnvironmentEvent e)
    {
        string name = e.Name.Replace("net.ipv4.", "", StringComparison.Ordinal);
        string what =
            e.What == "sysctl"
                ? e.Value is { } value
                    ? $"{name} = {value}"
                    : name
                : $"{e.What} {name}";
        return e.Change switch
        {
            EnvironmentChange.Refused => text["page.change.refused", ("what", what)],
            EnvironmentChange.Undone when e.What != "sysctl" => text["page.change.off", ("what", what)],
            _ => what,
        };
    }

    /// <summary>The same with when and which sockets.</summary>
    public string Program(ProgramEvent p, string at) =>
        text[
            Message.Of(
                "page.program-" + p.Change.ToString().ToLowerInvariant(),
                ("host", p.Host),
                ("program", p.Program),
                ("command", p.Command),
                ("child", p.Child),
                ("at", at),
                ("sockets", p.Sockets.Count == 0 ? text["page.none"] : string.Join(", ", p.Sockets))
            )
        ];

    /// <summary>A sysctl or filter that was changed or put back.</summary>
    public string Environment(EnvironmentEvent e, string at) =>
        text[
            Message.Of(
                $"page.{(e.What == "sysctl" ? "sysctl" : "filter")}-{e.Change.ToString().ToLowerInvariant()}{(e is { What: not "sysctl", Change: EnvironmentChange.Undone, Met: not null } ? "-met" : "")}",
                ("host", e.Host),
                ("what", e.What),
                ("name", e.Name),
                ("value", e.Value),
                ("before", e.Before),
                ("met", e.Met),
                ("at", at),
                ("reason", e.Reason is { } why ? text[why] : "")
            )
        ];

    private string Evidence(InferredFrom evidence) =>
        evidence switch
        {
            InferredFrom.ConnectSucceeded => text["page.inferred.connect-succeeded"],
            InferredFrom.ConnectRefused => text["page.inferred.connect-refused"],
            InferredFrom.ConnectUnanswered => text["page.inferred.connect-unanswered"],
            InferredFrom.ActiveClose => text["page.inferred.active-close"],
            InferredFrom.PassiveClose => text["page.inferred.passive-close"],
            InferredFrom.FinWait2Seen => text["page.inferred.fin-wait-2"],
            InferredFrom.CloseWaitSeen => text["page.inferred.close-wait"],
            InferredFrom.TimeWaitSeen => text["page.inferred.time-wait"],
            InferredFrom.PassiveSocketGone => text["page.inferred.socket-gone"],
            _ => "",
        };
}

/// <summary>A sentence of the diagram's story, written only when it is drawn.</summary>
/// <param name="T">Its moment, nanoseconds on the run's axis.</param>
/// <param name="Key">Tells it from the others.</param>
/// <param name="Of">What it says depends on this alone.</param>
/// <param name="Text">Writes it.</param>
public sealed record StoryLine(long T, (MarkKind, long) Key, object Of, Func<string> Text);
