using System.Globalization;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Marks;

/// <summary>A mark in words and figures: the lines of the lists, and all that is known of a chosen one.</summary>
/// <param name="text">The page's texts.</param>
/// <param name="uncertainty">How far the two hosts' clocks may be apart, ns; null when not known.</param>
public sealed class MarkText(PageTexts text, long? uncertainty)
{
    private readonly DiagramText _words = new(text);

    /// <summary>What it is, in a few words.</summary>
    public string Title(Mark mark) =>
        mark.Of switch
        {
            CallMark c => $"{c.Host}, {c.Event.Call}() = {c.Event.Errno ?? c.Event.Result.ToString(CultureInfo.InvariantCulture)}",
            Arrow a => $"{a.Label}, {a.From} → {a.To}",
            StateChange c => $"{c.Host}, {Change(c)}",
            GapEvent g => text["page.mark.lost-count", ("count", g.Lost)],
            ProgramEvent p => $"{p.Host}, {DiagramText.Program(p)}",
            EnvironmentEvent e => $"{e.Host}, {_words.Environment(e)}",
            _ => text["page.mark.disagreement"],
        };

    /// <summary>From which state to which.</summary>
    public string Change(StateChange c) => $"{c.From?.Name() ?? text["page.state.new"]} → {c.To?.Name() ?? text["page.state.closed"]}";

    /// <summary>Seconds on the run's axis to the microsecond.</summary>
    public static string Time(long ns) => (ns / 1e9).ToString("0.000000", CultureInfo.InvariantCulture);

    /// <summary><c>seq 0 (4182547216), ack 1 (2364434760), window 64240, 0 B</c>.</summary>
    public string Numbers(ObservedSegment s) =>
        s.RelativeAck is { } ack
            ? text["page.mark.numbers", ("seq", s.RelativeSeq), ("raw-seq", s.SeqNo), ("ack", ack), ("raw-ack", s.Ack!), ("window", s.Win), ("octets", s.Len)]
            : text["page.mark.numbers-no-ack", ("seq", s.RelativeSeq), ("raw-seq", s.SeqNo), ("window", s.Win), ("octets", s.Len)];

    /// <summary>The TCP options that were read; empty for none.</summary>
    public static string Options(ObservedSegment s)
    {
        var all = new List<string>();
        if (s.Mss is { } mss)
            all.Add($"MSS {mss}");
        if (s.Wscale is { } scale)
            all.Add($"WS {scale}");
        if (s.SackPermitted)
            all.Add("SACK");
        if (s.TsVal is { } value)
            all.Add($"TS {value}/{s.TsEcr ?? 0}");
        return string.Join(", ", all);
    }

    /// <summary>What is odd about a segment; empty for nothing.</summary>
    public string Oddities(Arrow a)
    {
        var all = new List<string>();
        if (a.Lost)
            all.Add(text["page.mark.lost"]);
        if (a.Segment is { Retransmission: true })
            all.Add(text["page.mark.retransmission"]);
        if (a.Segment?.AckDelay is { } delay)
            all.Add(text["page.mark.delayed-ack", ("delay", Durations.Span(delay))]);
        if (a.Segment?.Reset is { } reset)
            all.Add(
                reset switch
                {
                    ResetReason.Refused => text["page.mark.refused"],
                    ResetReason.NoSocket => text["page.mark.no-such-socket"],
                    _ => text["page.mark.aborted"],
                }
            );
        return string.Join(", ", all);
    }

    /// <summary>How long it was under way, and whether that can be told at all; empty where not both ends saw it.</summary>
    public string Flight(Arrow a)
    {
        if (a is not { Segment.Seen: SeenAt.BothEnds, Received: { } received })
            return "";
        string span = Durations.Span(received - a.Sent);
        return IsBelowClocks(received - a.Sent) ? text["page.mark.transit-margin", ("transit", span), ("margin", Durations.Span(uncertainty!.Value))] : span;
    }

    /// <summary>Where a change of state lies.</summary>
    public string When(StateChange c) =>
        c.Exact ? text["page.mark.exact"]
        : c.After is { } after ? text["page.mark.first-seen-after", ("before", Durations.Span(Math.Max(0, c.T - after)))]
        : text["page.mark.first-seen"];

    /// <summary>The names of several sources.</summary>
    public string Sources(SourceSet sources) => _words.SourceNames(sources);

    /// <summary>What a source is called.</summary>
    public string Source(string source) => _words.SourceName(source);

    /// <summary>Everything that is known of it, name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> Details(Mark mark, Timeline timeline)
    {
        var all = new List<(string, string)>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                all.Add((text["page.field." + name], value));
        }

        switch (mark.Of)
        {
            case CallMark { Event: var e } c:
                Add("call", StraceLine.Write(e));
                Add("began", $"{Time(e.T)} s");
                Add("took", Durations.Span(e.Duration));
                Add("error", e.Errno is { } errno ? $"{errno} ({e.ErrnoNumber?.ToString(CultureInfo.InvariantCulture)}): {e.ErrnoText}" : null);
                Add("socket", e.Socket + (e.Local is { } local ? $", {local}" : "") + (e.Remote is { } remote ? $" → {remote}" : ""));
                Add(
                    "answer",
                    c.Answer switch
                    {
                        ConnectAnswer.Nothing => text["page.mark.no-reply"],
                        ConnectAnswer.Reset => "RST",
                        ConnectAnswer.Other => text["page.mark.another-segment"],
                        _ => null,
                    }
                );
                Add("remark", e.Remark is { } remark ? text[remark] : null);
                Add("source", Source(e.Source));
                break;
            case Arrow { Segment.Seen: SeenAt.OnTheWay } passed:
                Add("captured", $"{Time(passed.Sent)} s");
                Add("endpoints", $"{passed.Origin} → {passed.Target}");
                Add("sequence", Numbers(passed.Segment));
                Add("options", Options(passed.Segment));
                Add("note", Oddities(passed));
                Add("source", Source(passed.Source));
                break;
            case Arrow a:
                Add("sent", Moment(a.Sent, a.Segment is { Seen: not SeenAt.Receiver }));
                Add("received", a.Received is { } received ? Moment(received, a.Segment is { Seen: not SeenAt.Sender }) : text["page.mark.never"]);
                Add("transit-time", Flight(a));
                Add("endpoints", $"{a.Origin} → {a.Target}");
                if (a.Segment is { } s)
                {
                    Add("sequence", Numbers(s));
                    Add("options", Options(s));
                }
                Add("note", Oddities(a));
                Add("source", a.Segment is null ? _words.Arrow(a) : Source(a.Source));
                break;
            case StateChange c:
                Add("time", $"{Time(c.T)} s, {When(c)}");
                Add("socket", $"{c.Local} → {c.Remote}");
                Add("sources", Sources(c.Sources));
                if (timeline.Bands.FirstOrDefault(b => b.Seq == c.Seq && b.Source == EvidenceSource.Inferred) is { } concluded && c.To is not null)
                    Add("inferred", _words.Concluded(concluded));
                if (c.To is null && timeline.Bands.FirstOrDefault(b => b.Gone?.Seqs.First == c.Seq)?.Ended is { } ended)
                    Add("ended-by", text[$"ended.{ended.Cause.ToString().ToLowerInvariant()}"]);
                if (timeline.TimeWaits.FirstOrDefault(w => c.Seqs.Contains(w.Seq)) is { } wait && c.To == TcpState.TimeWait)
                    Add("lasted", wait.Measured is { } measured ? Durations.Span(measured) : text["page.mark.timer", ("timer", Durations.Span(wait.Timer))]);
                foreach (Disagreement d in timeline.Disagreements.Where(d => c.Seqs.Contains(d.Band) || c.Seqs.Contains(d.Seq)))
                    Add("doubt", _words.Disagreement(d));
                break;
            case GapEvent g:
                Add("lost", _words.Gap(g));
                break;
            case ProgramEvent p:
                Add("program", _words.Program(p, Time(p.T)));
                Add("source", Source(p.Source));
                break;
            case EnvironmentEvent e:
                Add("change", _words.Environment(e, Time(e.T)));
                Add("why", e.Reason is { } why ? text[why] : null);
                Add("source", Source(e.Source));
                break;
            case Disagreement d:
                Add("doubt", _words.Disagreement(d));
                break;
        }
        return all;
    }

    private string Moment(long ns, bool seen) => seen ? $"{Time(ns)} s" : text["page.mark.possible-moment", ("at", Time(ns))];

    private bool IsBelowClocks(long flight) => uncertainty > 0 && flight < uncertainty;
}
