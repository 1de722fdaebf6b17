using System.Globalization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>
/// Places a timeline: each moment below the one before, by the logarithm of the time between them and by the room that labels need.
/// One pass from top to bottom; nothing placed is moved again, so a picture that grows keeps what it has.
/// </summary>
public sealed class DiagramLayout
{
    // Px by which the axis may have left a line that is still the same.
    private const double Seam = 1,
        SameLine = 2;

    private readonly Spacing _space;
    private readonly Frame _frame;
    private readonly Timeline _timeline;
    private readonly TextCatalog _texts;
    private readonly Slots _slots;
    private readonly WaitedAttempts _waited;
    private readonly Dictionary<string, int> _lanes;
    private readonly Column _middle;
    private readonly Column[] _columns;
    private readonly Line?[] _lines;
    private readonly bool _shares;
    private readonly List<CallShape> _calls = [];
    private readonly List<ArrowShape> _arrows = [];
    private readonly List<BandShape> _bands = [];
    private readonly List<AttemptShape> _attempts = [];
    private readonly List<TimeWaitShape> _timeWaits = [];
    private readonly List<RemarkShape> _remarks = [];
    private readonly List<EventShape> _events = [];
    private readonly List<TickShape> _ticks = [];
    private readonly Dictionary<object, double> _begun = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<long, double> _seen = [];
    private readonly Dictionary<StateBand, Label> _bandLabels = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<long, TimeWaitParts> _bars = [];
    private readonly Dictionary<(string, TcpEndpoint, TcpEndpoint), int> _lastBand = [];
    private readonly List<(long T, double Y)> _axis = [];
    private double _y,
        _nowY;
    private long? _last;

    private DiagramLayout(Timeline timeline, double width, TextCatalog texts, bool tight, bool dense)
    {
        _texts = texts;
        _space =
            dense ? Spacing.Dense
            : tight ? Spacing.Tight
            : Spacing.Easy;
        _y = _nowY = _space.Head;
        IReadOnlyList<string> hosts = [.. timeline.Lanes.Select(l => l.Host)];
        _lanes = Enumerable.Range(0, hosts.Count).ToDictionary(i => hosts[i], i => i);
        _slots = Slots.Assign(timeline.Bands, OwnSockets.Of(timeline));
        // The last lifeline, as a rule the server's, has room for a listener from the start.
        Scenario script = timeline.Header.Script;
        HashSet<string?> decide = [.. script.Steps.SelectMany(s => s.Actions).Where(a => a.Decides).Select(script.HostOf)];
        _frame = Frame.Fit(
            width,
            [
                .. hosts.Select(
                    (h, i) =>
                        new LaneNeed(
                            Math.Max(i > 0 && i == hosts.Count - 1 ? 2 : 1, _slots.Count(h)),
                            decide.Contains(h),
                            timeline.TimeWaits.Any(w => w.Host == h)
                        )
                ),
            ],
            tight
        );
        _timeline = Drawn(timeline, _slots, _frame, _lanes);
        _waited = WaitedAttempts.Find(timeline);
        _middle = new Column(_space.Between);
        _columns = [.. hosts.Select(_ => _frame.OwnColumns ? new Column(_space.Between) : _middle)];
        _lines = new Line?[hosts.Count];
        _shares = tight && _frame.OwnColumns;
    }

    /// <summary>Without the sockets that have no place.</summary>
    private static Timeline Drawn(Timeline timeline, Slots slots, Frame frame, Dictionary<string, int> lanes)
    {
        IReadOnlyList<StateBand> bands = [.. timeline.Bands.Where(b => lanes.TryGetValue(b.Host, out int lane) && slots[b] < frame.Lanes[lane].Slots)];
        if (bands.Count == timeline.Bands.Count)
            return timeline;
        HashSet<long> waits = [.. bands.Where(b => b.State == TcpState.TimeWait).Select(b => b.Seq)];
        return timeline with { Bands = bands, TimeWaits = [.. timeline.TimeWaits.Where(w => waits.Contains(w.Seq))] };
    }

    private TextMetrics Text => _frame.Text;

    /// <summary>Lays the timeline out.</summary>
    /// <param name="timeline">What happened.</param>
    /// <param name="width">The room there is, px; below <see cref="Frame.Smallest"/> the picture is wider than it.</param>
    /// <param name="texts">The language of the words that are no kernel names; null for English.</param>
    /// <param name="tight">Whether marks stand as close as letters allow.</param>
    /// <param name="dense">Whether silence takes no room either; tight then, too.</param>
    public static Scene Draw(Timeline timeline, double width, TextCatalog? texts = null, bool tight = false, bool dense = false)
    {
        var layout = new DiagramLayout(timeline, width, texts ?? TextCatalog.English, tight || dense, dense);
        foreach (Moment moment in Moment.Find(layout._timeline, layout._waited))
            layout.Place(moment);
        return layout.Finish();
    }

    private void Place(Moment moment)
    {
        double y = _y + Distance(moment.T);
        switch (moment.Kind)
        {
            case MomentKind.Event:
                y = PlaceEvent((RunEvent)moment.Item, y);
                break;
            case MomentKind.Call or MomentKind.Return:
                y = PlaceCall((CallMark)moment.Item, y);
                break;
            case MomentKind.Send:
                _begun[moment.Item] = y = Math.Max(y, _middle.Bottom + Text.LineHeight + _space.AboveName);
                break;
            case MomentKind.Arrive:
                y = PlaceArrow((Arrow)moment.Item, y);
                break;
            case MomentKind.Band:
                y = PlaceBand((StateBand)moment.Item, y);
                break;
            case MomentKind.Seen:
                _seen[((StateBand)moment.Item).Seq] = y;
                break;
            case MomentKind.BandEnd:
                y = EndBand((StateBand)moment.Item, y);
                break;
            case MomentKind.TimerZero:
                y = PlaceZero((TimeWaitBar)moment.Item, y);
                break;
            case MomentKind.TimeWaitGone:
                y = PlaceGone((TimeWaitBar)moment.Item, y);
                break;
            case MomentKind.Remark:
                y = PlaceRemark(moment.Item, y);
                break;
        }
        PlaceTick(moment.T, y);
        y = _y = Math.Max(_y, y);
        _last = moment.T;
        _axis.Add((moment.T, y));
        if (moment.T <= _timeline.End)
        {
            _nowY = y;
            foreach (TimeWaitParts bar in _bars.Values)
                bar.Last = (moment.T, y);
        }
    }

    /// <summary>Silence compressed.</summary>
    private double Distance(long t) => _last is { } last && t > last ? _space.Moment + _space.Silence * Math.Log10(1 + (t - last) / 1e6) : 0;

    /// <summary>What names no host, or none of the run's, stands at the last.</summary>
    private LaneFrame LaneOf(string? host) => _frame.Lanes[IndexOf(host)];

    private int IndexOf(string? host) => host is not null && _lanes.TryGetValue(host, out int index) ? index : _frame.Lanes.Count - 1;

    private double LaneX(string? host) => LaneOf(host).X;

    private Column ColumnOf(string? host) => _columns[IndexOf(host)];

    private double Room(string? host) => LaneOf(host).Room;

    /// <summary>A label beside the host's lifeline.</summary>
    private Label Beside(string? host, string text, double width, double y, double indent = 0)
    {
        LaneFrame lane = LaneOf(host);
        return new(text, lane.ToRight ? lane.Label + indent : lane.Label - indent, y, lane.ToRight ? Anchor.Start : Anchor.End, width, Text.LineHeight);
    }

    private double BandX(StateBand band) => LaneX(band.Host) + LaneOf(band.Host).Outward * _slots[band] * Frame.SlotWidth;

    private double PlaceCall(CallMark mark, double y)
    {
        if (mark.Decides && _timeline.Results.FirstOrDefault(r => r.Marks.Any(m => m.Result.Seq == mark.Event.Seq)) is { } attempt)
            return PlaceAttempt(attempt, mark, y);
        if (
            _lines[IndexOf(mark.Host)] is { Call: null } open
            && y <= open.Y + SameLine
            && CallLabel.Of(mark.Event, Room(mark.Host) - open.Next, Text) is { Failed: false, Result.Length: > 0 } brief
        )
        {
            _calls.Add(new(mark, brief, Beside(mark.Host, brief.Text, Text.Mono(brief.Text), open.Y, open.Next), null, LaneX(mark.Host), open.Y));
            open.Add(Text.Mono(brief.Text), _calls.Count - 1);
            return open.Y;
        }
        CallLabel text = CallLabel.Of(mark.Event, Room(mark.Host), Text);
        // An error is what the picture is for: where it does not fit behind the call it stands below it.
        string? below = text is { Failed: true, Result: "" } && mark.Event.Errno is { } errno && Text.Mono(errno) <= Room(mark.Host) ? errno : null;
        y = ColumnOf(mark.Host).Reserve(y, (below is null ? 1 : 2) * Text.LineHeight);
        double half = below is null ? 0 : Text.LineHeight / 2;
        _calls.Add(
            new(
                mark,
                text,
                Beside(mark.Host, text.Text, Text.Mono(text.Text), y - half),
                below is null ? null : Beside(mark.Host, below, Text.Mono(below), y + half),
                LaneX(mark.Host),
                y
            )
        );
        NewLine(mark.Host, y)?.Add(Text.Mono(text.Text), _calls.Count - 1);
        if (below is not null)
            Close(mark.Host);
        return y;
    }

    /// <summary>The lane's last line, where the axis is still at it and such a width has room in it, if need be beside a shorter call; else null.</summary>
    private Line? OpenLine(string? host, double y, double width)
    {
        if (_lines[IndexOf(host)] is not { } line || y > line.Y + SameLine)
            return null;
        if (line.Next + width > Room(host) && line.Call is { } i && !line.Other)
        {
            CallShape call = _calls[i];
            CallLabel text = CallLabel.Of(call.Mark.Event, Room(host) - Line.Gap - width, Text);
            if (text.Failed || text.Result.Length == 0)
                return null;
            line.Shorten(call.Label.Width - Text.Mono(text.Text));
            _calls[i] = call with { Text = text, Label = Beside(host, text.Text, Text.Mono(text.Text), line.Y) };
        }
        return line.Next + width <= Room(host) ? line : null;
    }

    private Line? NewLine(string? host, double y) => _lines[IndexOf(host)] = _shares ? new(y) : null;

    private void Close(string? host) => _lines[IndexOf(host)] = null;

    /// <summary>A name with a sign before it: beside the call that it belongs to, or on a line of its own.</summary>
    private Label PlaceNamed(string? host, string text, double y)
    {
        double width = Text.Sans(text) + BandShape.GlyphRoom;
        Line? line = OpenLine(host, y, width) is { Other: false } open ? open : null;
        double middle = line?.Y ?? ColumnOf(host).Reserve(y, Text.LineHeight),
            indent = line?.Next ?? 0;
        (line ?? NewLine(host, middle))?.Add(width);
        return Beside(host, text, Text.Sans(text), middle, indent + BandShape.GlyphRoom);
    }

    private double PlaceAttempt(StepResult attempt, CallMark mark, double y)
    {
        const double pad = Frame.BoxPad;
        CallEvent call = mark.Event;
        string first = string.Create(CultureInfo.InvariantCulture, $"{call.Call}() = {call.Errno ?? $"{call.Result}"}"),
            second = Second();
        if (Text.Mono(first) > Room(mark.Host) - 2 * pad)
            first = call.Errno ?? $"{call.Call}()";
        double width = Math.Min(Room(mark.Host), Math.Max(Text.Mono(first), Text.Sans(second)) + 2 * pad);
        double height = (second.Length > 0 ? 2 : 1) * Text.LineHeight + _space.Box;
        y = ColumnOf(mark.Host).Reserve(y, height + _space.Around);
        Close(mark.Host);
        Label line = Beside(mark.Host, first, width, y);
        double left = line.Left,
            top = y - height / 2;
        Label At(string text, double wide, double middle) => new(text, left + pad, middle, Anchor.Start, wide, Text.LineHeight);
        _attempts.Add(
            new(
                attempt,
                mark,
                At(first, Text.Mono(first), top + (_space.Box + Text.LineHeight) / 2),
                second.Length > 0 ? At(second, Text.Sans(second), top + _space.Box / 2 + Text.LineHeight * 1.5) : null,
                LaneX(mark.Host),
                y,
                (left, top, width, height)
            )
            {
                StandsFor = _waited.StandsFor(mark, _timeline),
            }
        );
        return y;

        string Second() =>
            call.Succeeded
                ? ""
                : Text.Fit(
                    _waited.Mark(mark) is { } tries
                        ? _texts[Message.Of(tries.First == tries.Last ? "diagram.attempt" : "diagram.attempts", ("first", tries.First), ("last", tries.Last))]
                        : call.ErrnoText ?? "",
                    Room(mark.Host) - 2 * pad
                );
    }

    private double PlaceArrow(Arrow arrow, double y)
    {
        if (arrow.From == arrow.To)
            return PlaceLoop(arrow, y);
        double from = _begun[arrow];
        string name = NameOf(arrow);
        int sender = IndexOf(arrow.From),
            target = IndexOf(arrow.To),
            sign = target > sender ? 1 : -1;
        // Named between the sender and the lifeline next to it, so that no lifeline in between runs through the name.
        double width = Text.Sans(name),
            middle = (_frame.Lanes[sender].X + _frame.Lanes[sender + sign].X) / 2,
            inset = Frame.BandWidth / 2 + 3;
        double x1 = LaneX(arrow.From) + sign * inset,
            x2 = arrow.Lost ? middle + sign * (width / 2 + 14) : LaneX(arrow.To) - sign * inset;
        y = Math.Max(y, from + _space.Slant);
        ArrowShape shape;
        // Segments under way at the same time: move this one's end down until its name is free.
        while (_middle.Holds((shape = Sloped(arrow.Lost ? from + (y - from) / 2 : y)).Label))
            y += 4;
        _middle.Add(shape.Label, y + _space.BelowLine);
        _arrows.Add(shape);
        return y;

        // The name stands clear of the line at both of its own ends, however steep the line is.
        ArrowShape Sloped(double y2)
        {
            var line = new ArrowShape(arrow, default, x1, from, x2, y2);
            double bottom = Math.Min(line.YAt(middle - width / 2), line.YAt(middle + width / 2)) - ArrowShape.Clear;
            return line with { Label = new(name, middle, bottom - Text.LineHeight / 2, Anchor.Middle, width, Text.LineHeight) };
        }
    }

    /// <summary>A segment of a host to itself: out from its lifeline and back.</summary>
    private double PlaceLoop(Arrow arrow, double y)
    {
        const double bulge = 30;
        LaneFrame lane = LaneOf(arrow.From);
        int sign = -lane.Outward;
        double from = _begun[arrow],
            x = lane.X + sign * (Frame.BandWidth / 2 + 3),
            edge = x + sign * bulge;
        string name = Text.Fit(NameOf(arrow), _frame.OwnColumns ? Math.Abs(_frame.Lanes[1].X - _frame.Lanes[0].X) - bulge - 40 : lane.Room - bulge);
        y = Math.Max(y, from + Text.LineHeight + 2);
        ArrowShape shape;
        while (_middle.Holds((shape = Named(y)).Label))
            y += 4;
        _middle.Add(shape.Label, y + _space.BelowLine);
        _arrows.Add(shape);
        return y;

        ArrowShape Named(double y2) =>
            new(
                arrow,
                new Label(name, edge + sign * 4, (from + y2) / 2, sign > 0 ? Anchor.Start : Anchor.End, Text.Sans(name), Text.LineHeight),
                x,
                from,
                x,
                y2
            )
            {
                LoopX = edge,
            };
    }

    private string NameOf(Arrow arrow) =>
        arrow.Segment is { Retransmission: true } ? _texts[Message.Of("diagram.retransmitted", ("flags", arrow.Label))] : arrow.Label;

    /// <summary>A program began or ended, or the host was changed: a small mark beside the lifeline.</summary>
    private double PlaceEvent(RunEvent e, double y)
    {
        string text = Text.Fit(
            e switch
            {
                ProgramEvent p => DiagramText.Program(p),
                EnvironmentEvent c => new DiagramText(new(_texts)).Environment(c),
                _ => "",
            },
            Room(e.Host) - BandShape.GlyphRoom
        );
        Label label = PlaceNamed(e.Host, text, y);
        _events.Add(new(e, label, LaneX(e.Host), label.Y));
        return label.Y;
    }

    private double PlaceBand(StateBand band, double y)
    {
        if (band.State == TcpState.TimeWait)
            return PlaceTimeWait(band, y);
        string name = band.State.Name();
        Label label = PlaceNamed(band.Host, name, y);
        Join(band, label.Y);
        _begun[band] = label.Y;
        _bandLabels[band] = label;
        return label.Y;
    }

    private double EndBand(StateBand band, double y)
    {
        if (band.State == TcpState.TimeWait)
            return y;
        double top = _begun[band];
        y = Math.Max(y, top + 10);
        _lastBand[(band.Host, band.Local, band.Remote)] = _bands.Count;
        AddBand(band, top, y - Seam);
        return y;
    }

    /// <summary>The state before lasts until this one: its band ends where the next begins, wherever that found its place.</summary>
    private void Join(StateBand band, double y)
    {
        if (band.From is not null && _lastBand.TryGetValue((band.Host, band.Local, band.Remote), out int last) && _bands[last].Band.End == band.Begin)
            _bands[last] = _bands[last] with { Bottom = Math.Max(_bands[last].Bottom, y - Seam) };
    }

    private void AddBand(StateBand band, double top, double bottom) =>
        _bands.Add(
            new(band, _bandLabels.GetValueOrDefault(band), BandX(band), top, bottom)
            {
                SeenY =
                    band.IsInferred ? null
                    : _seen.TryGetValue(band.Seq, out double y) ? y
                    : top,
            }
        );

    private double PlaceTimeWait(StateBand band, double y)
    {
        const double radius = TimeWaitShape.RingRadius,
            gap = 10;
        double height = Math.Max(2 * radius, 2 * Text.LineHeight) + _space.Around;
        double middle = ColumnOf(band.Host).Reserve(y + (height - _space.Around) / 2, height);
        Close(band.Host);
        y = middle - (height - _space.Around) / 2;
        Join(band, y);
        string title = TcpState.TimeWait.Name(),
            sub = Text.Fit(Length(band), Room(band.Host) - 2 * radius - gap);
        Label side = Beside(band.Host, title, Text.Sans(title), middle);
        double ring = side.Anchor == Anchor.Start ? side.X + radius : side.X - radius,
            indent = 2 * radius + gap;
        var number = new Label("00", ring, middle, Anchor.Middle, 2 * radius - 8, Text.LineHeight);
        _bars[band.Seq] = new(
            band,
            BandX(band),
            y,
            (ring, middle),
            number,
            Beside(band.Host, title, Text.Sans(title), middle - Text.LineHeight / 2, indent),
            Beside(band.Host, sub, Text.Sans(sub), middle + Text.LineHeight / 2, indent)
        )
        {
            Last = (band.Begin, y),
        };
        _begun[band] = y;
        return y;
    }

    private double PlaceZero(TimeWaitBar bar, double y)
    {
        if (PartsOf(bar) is not { } parts)
            return y;
        string text = Text.Fit(_texts[bar.TimerSource == EvidenceSource.Inferred ? "diagram.timer-inferred-zero" : "diagram.timer-zero"], Room(bar.Host));
        y = Math.Max(y, parts.Top + _space.Bar);
        y = ColumnOf(bar.Host).Reserve(y, Text.LineHeight);
        Close(bar.Host);
        parts.Zero = y;
        parts.ZeroLabel = Beside(bar.Host, text, Text.Sans(text), y);
        return y;
    }

    private double PlaceGone(TimeWaitBar bar, double y)
    {
        if (PartsOf(bar) is not { } parts)
            return y;
        string text = Text.Fit(_texts[Ended(bar)], Room(bar.Host));
        y = Math.Max(y, (parts.Zero ?? parts.Top) + _space.Slack);
        y = ColumnOf(bar.Host).Reserve(y, Text.LineHeight);
        Close(bar.Host);
        parts.Gone = y;
        parts.GoneLabel = Beside(bar.Host, text, Text.Sans(text), y);
        return y;
    }

    private string Length(StateBand band)
    {
        TimeWaitBar? bar = _timeline.TimeWaits.FirstOrDefault(w => w.Seq == band.Seq);
        return _texts[
            Message.Of(
                bar switch
                {
                    { WasThere: true } => "diagram.timer-earlier",
                    { TimerSource: EvidenceSource.Inferred } => "diagram.timer-inferred",
                    _ => "diagram.timer",
                },
                ("seconds", Math.Round((bar?.Timer ?? 0) / 1e9))
            )
        ];
    }

    /// <summary>How a TIME-WAIT ended, and after how long where that is known.</summary>
    private static Message Ended(TimeWaitBar bar)
    {
        string how = bar.Ended?.Cause switch
        {
            EndCause.Destroyed => "destroyed",
            EndCause.Reset => "reset",
            EndCause.TakenOver => "taken-over",
            EndCause.Early => "early",
            _ => "removed",
        };
        return bar.Measured is { } lasted ? Message.Of($"diagram.{how}-after", ("lasted", lasted)) : new($"diagram.{how}");
    }

    private double PlaceRemark(object remark, double y)
    {
        (string? host, string text) = remark switch
        {
            GapEvent gap => (gap.Host, _texts[Message.Of("diagram.lost", ("lost", gap.Lost), ("source", gap.Source))]),
            Disagreement d => (d.Host, $"≠ {d.Source}: {d.State?.Name() ?? _texts["diagram.closed"]}"),
            _ => throw new ArgumentException("A remark is a gap or a disagreement.", nameof(remark)),
        };
        text = Text.Fit(text, Room(host) - BandShape.GlyphRoom);
        y = ColumnOf(host).Reserve(y, Text.LineHeight);
        Close(host);
        _remarks.Add(new(remark, Beside(host, text, Text.Sans(text), y, BandShape.GlyphRoom), LaneX(host), y));
        return y;
    }

    private TimeWaitParts? PartsOf(TimeWaitBar bar) => _bars.GetValueOrDefault(bar.Seq);

    private void PlaceTick(long t, double y)
    {
        bool apart = _last is not { } last || t - last >= 20_000_000;
        if (!apart || t > _timeline.End || _ticks.Count > 0 && y < _ticks[^1].Y + Text.LineHeight + 4)
            return;
        string text = Durations.Moment(t);
        if (_ticks.Count > 0 && _ticks[^1].Label.Text == text)
            return;
        _ticks.Add(new(new Label(text, _frame.TimeX, y, Anchor.End, Text.Sans(text), Text.LineHeight), y, []));
    }

    private Scene Finish()
    {
        // What has two lines stands half below where it happened.
        double end = Math.Max(_y + Text.LineHeight / 2, _columns.Max(c => c.Bottom));
        foreach (StateBand band in _timeline.Bands.Where(b => (b.End is null || b.End >= _timeline.Until) && b.State != TcpState.TimeWait))
            AddBand(band, _begun[band], Math.Max(_nowY + 12, _begun[band] + 16));
        foreach (TimeWaitBar bar in _timeline.TimeWaits)
        {
            if (PartsOf(bar) is not { } p)
                continue;
            TimeWaitShape shape = p.Shape(bar, _space);
            _timeWaits.Add(shape);
            end = Math.Max(end, shape.Bottom);
        }
        var scene = new Scene
        {
            Frame = _frame,
            Width = _frame.Width,
            Height = end + _space.Foot,
            Text = Text,
            Lanes = [.. _timeline.Lanes.Select(l => new LaneShape(l, LaneX(l.Host), LaneOf(l.Host).Outward))],
            Ticks = _ticks,
            Calls = _calls,
            Arrows = _arrows,
            Bands = _bands,
            Attempts = _attempts,
            TimeWaits = _timeWaits,
            Remarks = _remarks,
            Events = _events,
            HiddenSockets = _timeline.Lanes.Sum(l => _slots.Beyond(l.Host, LaneOf(l.Host).Slots)),
            NowY = _nowY,
            Axis = _axis,
        };
        IReadOnlyList<(double, double, double, double)> taken = scene.Taken;
        return scene with { Ticks = [.. scene.Ticks.Select(t => t with { Lines = t.Around(taken, scene.Width) })] };
    }
}
