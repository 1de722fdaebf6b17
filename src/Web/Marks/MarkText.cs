using System.Globalization;
using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Web.Diagram;

namespace ReuseAddrDashboard.Web.Marks;

/// <summary>A mark in words and figures: the lines of the lists, and all that is known of a chosen one.</summary>
/// <param name="text">The page's texts.</param>
/// <param name="uncertainty">How far the two hosts' clocks may be apart, ns; null when not known.</param>
public sealed class MarkText(IStringLocalizer text, long? uncertainty)
{
    private readonly DiagramText _words = new(text);

    /// <summary>What it is, in a few words.</summary>
    public string Title(Mark mark) => mark.Of switch
    {
        CallMark c => $"{c.Host}, {c.Event.Call}() = {c.Event.Errno ?? c.Event.Result.ToString(CultureInfo.InvariantCulture)}",
        Arrow a => $"{a.Label}, {a.From} → {a.To}",
        StateChange c => $"{c.Host}, {Change(c)}",
        GapEvent g => text["{0} lost", g.Lost],
        _ => text["Two sources disagree"],
    };

    public string Change(StateChange c) => $"{c.From?.Name() ?? text["none"].Value} → {c.To?.Name() ?? text["gone"].Value}";

    /// <summary>Seconds on the run's axis to the microsecond.</summary>
    public static string Time(long ns) => (ns / 1e9).ToString("0.000000", CultureInfo.InvariantCulture);

    /// <summary><c>seq 0 (4182547216), ack 1 (2364434760), window 64240, 0 B</c>.</summary>
    public string Numbers(ObservedSegment s) => s.RelativeAck is { } ack
        ? text["seq {0} ({1}), ack {2} ({3}), window {4}, {5} B", s.RelativeSeq, s.SeqNo, ack, s.Ack!, s.Win, s.Len]
        : text["seq {0} ({1}), window {2}, {3} B", s.RelativeSeq, s.SeqNo, s.Win, s.Len];

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
            all.Add(text["lost"]);
        if (a.Segment is { Retransmission: true })
            all.Add(text["retransmission"]);
        if (a.Segment?.AckDelay is { } delay)
            all.Add(text["delayed ACK, {0}", RunTimeText.Span(delay)]);
        if (a.Segment?.Reset is { } reset)
            all.Add(reset switch { ResetReason.Refused => text["refused"], ResetReason.NoSocket => text["no such socket"], _ => text["aborted"] });
        return string.Join(", ", all);
    }

    /// <summary>How long it was under way, and whether that can be told at all; empty where not both ends saw it.</summary>
    public string Flight(Arrow a)
    {
        if (a is not { Segment.Seen: SeenAt.BothEnds, Received: { } received })
            return "";
        string span = RunTimeText.Span(received - a.Sent);
        return IsBelowClocks(received - a.Sent) ? text["{0} (clocks: ±{1})", span, RunTimeText.Span(uncertainty!.Value)] : span;
    }

    /// <summary>Where a change of state lies.</summary>
    public string When(StateChange c) => c.Exact ? text["exact"] : c.After is { } after ? text["within {0} before", RunTimeText.Span(Math.Max(0, c.T - after))] : text["seen"];

    public string Sources(SourceSet sources) => _words.SourceNames(sources);

    public string Source(EventSource source) => _words.SourceName(source);

    /// <summary>Everything that is known of it, name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> Details(Mark mark, Timeline timeline)
    {
        var all = new List<(string, string)>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                all.Add((text[name].Value, value));
        }

        switch (mark.Of)
        {
            case CallMark { Event: var e }:
                Add("Call", CallLabel.Full(e));
                Add("Began", $"{Time(e.T)} s");
                Add("Took", RunTimeText.Span(e.Duration));
                Add("Error", e.Errno is { } errno ? $"{errno} ({e.ErrnoNumber?.ToString(CultureInfo.InvariantCulture)}): {e.ErrnoText}" : null);
                Add("Socket", e.Socket + (e.Local is { } local ? $", {local}" : "") + (e.Remote is { } remote ? $" → {remote}" : ""));
                Add("Remark", e.Remark);
                Add("Source", Source(e.Source));
                break;
            case Arrow a:
                Add("Sent", Moment(a.Sent, a.Segment is { Seen: not SeenAt.Receiver }));
                Add("Received", a.Received is { } received ? Moment(received, a.Segment is { Seen: not SeenAt.Sender }) : text["never"]);
                Add("On the way", Flight(a));
                Add("Ends", $"{a.Origin} → {a.Target}");
                if (a.Segment is { } s)
                {
                    Add("Numbers", Numbers(s));
                    Add("Options", Options(s));
                }
                Add("Note", Oddities(a));
                Add("Source", a.Segment is null ? _words.Arrow(a) : Source(a.Source));
                break;
            case StateChange c:
                Add("Time", $"{Time(c.T)} s, {When(c)}");
                Add("Socket", $"{c.Local} → {c.Remote}");
                Add("Seen by", Sources(c.Sources));
                if (timeline.TimeWaits.FirstOrDefault(w => c.Seqs.Contains(w.Seq)) is { } wait && c.To == TcpState.TimeWait)
                    Add("Lasted", wait.Measured is { } measured ? RunTimeText.Span(measured) : text["{0} by the kernel's timer, then until the socket is gone", RunTimeText.Span(wait.Timer)]);
                foreach (Disagreement d in timeline.Disagreements.Where(d => c.Seqs.Contains(d.Band) || c.Seqs.Contains(d.Seq)))
                    Add("Doubt", _words.Disagreement(d));
                break;
            case GapEvent g:
                Add("Lost", _words.Gap(g));
                break;
            case Disagreement d:
                Add("Doubt", _words.Disagreement(d));
                break;
        }
        return all;
    }

    private string Moment(long ns, bool seen) => seen ? $"{Time(ns)} s" : text["{0} s, a possible moment", Time(ns)];

    private bool IsBelowClocks(long flight) => uncertainty > 0 && flight < uncertainty;
}
