using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>Which part of a text stands at its place, as SVG's text-anchor.</summary>
public enum Anchor : byte
{
    /// <summary>Its left edge.</summary>
    Start,

    /// <summary>Its middle.</summary>
    Middle,

    /// <summary>Its right edge.</summary>
    End,
}

/// <summary>A text at its place; <paramref name="Y"/> is its middle.</summary>
/// <param name="Width">At most so wide, in px.</param>
/// <param name="Height">Height of its line.</param>
public readonly record struct Label(string Text, double X, double Y, Anchor Anchor, double Width, double Height)
{
    /// <summary>px.</summary>
    public double Left =>
        Anchor switch
        {
            Anchor.Start => X,
            Anchor.Middle => X - Width / 2,
            _ => X - Width,
        };

    /// <summary>px.</summary>
    public double Right => Left + Width;

    /// <summary>px.</summary>
    public double Top => Y - Height / 2;

    /// <summary>px.</summary>
    public double Bottom => Y + Height / 2;

    /// <summary>True when they overlap by more than a rounding error.</summary>
    public bool Touches(Label other) =>
        other.Right - Left > Rounding && Right - other.Left > Rounding && other.Bottom - Top > Rounding && Bottom - other.Top > Rounding;

    private const double Rounding = 1e-6;
}

/// <param name="X">The lifeline.</param>
/// <param name="Outward">-1 when its outer side is left, 1 when right.</param>
public sealed record LaneShape(Lane Lane, double X, int Outward);

/// <param name="Lines">From where to where its line is drawn: it stops before every text and box and goes on behind it.</param>
public sealed record TickShape(Label Label, double Y, IReadOnlyList<(double From, double To)> Lines)
{
    /// <summary>Room between the line and a text, and the shortest piece that is worth drawing, px.</summary>
    private const double Apart = 6,
        Shortest = 10;

    /// <param name="taken">What it must not run through: left, top, right, bottom.</param>
    /// <param name="width">Of the picture.</param>
    internal IReadOnlyList<(double From, double To)> Around(IReadOnlyList<(double Left, double Top, double Right, double Bottom)> taken, double width)
    {
        var lines = new List<(double, double)>();
        double x = Label.Right + Apart + 2,
            end = width - 8;
        foreach (
            (double left, double right) in taken
                .Where(t => t.Top - 1 < Y && Y < t.Bottom + 1)
                .Select(t => (t.Left - Apart, t.Right + Apart))
                .Order()
                .Append((end, end))
        )
        {
            if (Math.Min(left, end) - x >= Shortest)
                lines.Add((x, Math.Min(left, end)));
            x = Math.Max(x, right);
        }
        return lines;
    }
}

/// <param name="Error">The error's name on a line of its own; null where it stands behind the call or there is none.</param>
public sealed record CallShape(CallMark Mark, CallLabel Text, Label Label, Label? Error, double X, double Y);

/// <summary>A segment.</summary>
/// <param name="Arrow">What it shows.</param>
/// <param name="Label">Its name.</param>
/// <param name="X1">The sender's lifeline, px.</param>
/// <param name="Y1">When it left, px.</param>
/// <param name="X2">Where it ends: the receiver's lifeline, or on the way for one that was lost, px.</param>
/// <param name="Y2">When it came, px.</param>
public sealed record ArrowShape(Arrow Arrow, Label Label, double X1, double Y1, double X2, double Y2)
{
    /// <summary>How far a segment of a host to itself goes out before it comes back; null for one between two hosts.</summary>
    public double? LoopX { get; init; }

    /// <summary>Room between the line and its name, px.</summary>
    public const double Clear = 2;

    /// <summary>All that its drawing shows; the events behind it may grow without a change to see.</summary>
    public object Drawn => (Label, X1, Y1, X2, Y2, Arrow.Source, (Arrow.Sent, Arrow.Received), Arrow.Segment);

    /// <summary>Where the line is at <paramref name="x"/>.</summary>
    public double YAt(double x) => Y1 + (Y2 - Y1) * (x - X1) / (X2 - X1);
}

/// <summary>A state beside a lifeline.</summary>
/// <param name="Band">What it shows.</param>
/// <param name="Label">The state's name; empty where there is no room.</param>
/// <param name="X">The band's middle, px.</param>
/// <param name="Top">Where it begins, px.</param>
/// <param name="Bottom">Where it ends, or the newest mark, px.</param>
public sealed record BandShape(StateBand Band, Label Label, double X, double Top, double Bottom)
{
    /// <summary>Beside the name for the state's shape, px.</summary>
    public const double GlyphRoom = StateGlyphs.Size + 6;

    /// <summary>From where on somebody saw it; null where nobody did. What lies above was concluded from segments and calls.</summary>
    public double? SeenY { get; init; }

    /// <summary>Where the concluded part ends; null where there is none.</summary>
    public double? ConcludedBottom =>
        SeenY is not { } seen ? Bottom
        : seen > Top ? Math.Min(seen, Bottom)
        : null;
}

/// <param name="Box">Left, top, width, height of the box beside the lifeline.</param>
public sealed record AttemptShape(
    StepResult Attempt,
    CallMark Mark,
    Label First,
    Label? Second,
    double X,
    double Y,
    (double Left, double Top, double Width, double Height) Box
)
{
    /// <summary>Calls that are not drawn themselves: this mark stands for them.</summary>
    public SeqList StandsFor { get; init; } = SeqList.Empty;

    /// <summary>All that its drawing shows.</summary>
    public object Drawn => (Mark.Event, First, Second, X, Y, Box);
}

/// <summary>What must be said beside the marks: something was lost here, or two sources disagree.</summary>
/// <param name="Of">A <see cref="GapEvent"/> or a <see cref="Disagreement"/>.</param>
public sealed record RemarkShape(object Of, Label Label, double X, double Y)
{
    /// <summary>True where something was lost, false where two sources disagree.</summary>
    public bool IsLoss => Of is GapEvent;

    /// <summary>The event by which it is chosen.</summary>
    public long Seq => Of is GapEvent gap ? gap.Seq : ((Disagreement)Of).Seq;
}

/// <summary>A program began or ended, or the host was changed for the run.</summary>
/// <param name="Of">A <see cref="ProgramEvent"/> or an <see cref="EnvironmentEvent"/>.</param>
public sealed record EventShape(RunEvent Of, Label Label, double X, double Y);

/// <param name="Zero">Where the timer reaches zero; null when the row went before.</param>
/// <param name="Bottom">Where the row went, or the end of the slack zone drawn in advance.</param>
/// <param name="From">The last moment within the bar and its place: the fill grows from there.</param>
public sealed record TimeWaitShape(
    TimeWaitBar Bar,
    StateBand Band,
    double X,
    double Top,
    double? Zero,
    double Bottom,
    double FillBottom,
    (long T, double Y) From,
    (double X, double Y) Ring,
    Label Number,
    Label Title,
    Label Sub,
    Label? ZeroLabel,
    Label? GoneLabel
)
{
    /// <summary>Of the ring that counts down, px.</summary>
    public const double RingRadius = 18;
}

/// <summary>The diagram, laid out: everything at its place in px, nothing left to decide.</summary>
public sealed record Scene
{
    /// <summary>Where the lifelines are.</summary>
    public required Frame Frame { get; init; }

    /// <summary>px.</summary>
    public required double Width { get; init; }

    /// <summary>px; it grows with the log.</summary>
    public required double Height { get; init; }

    /// <summary>How much room texts take.</summary>
    public required TextMetrics Text { get; init; }

    /// <summary>One for each host, from left to right.</summary>
    public required IReadOnlyList<LaneShape> Lanes { get; init; }

    /// <summary>Times beside the picture.</summary>
    public required IReadOnlyList<TickShape> Ticks { get; init; }

    /// <summary>In the order of the axis.</summary>
    public required IReadOnlyList<CallShape> Calls { get; init; }

    /// <summary>In the order they were sent.</summary>
    public required IReadOnlyList<ArrowShape> Arrows { get; init; }

    /// <summary>In the order of their begin; TIME-WAIT is among <see cref="TimeWaits"/>.</summary>
    public required IReadOnlyList<BandShape> Bands { get; init; }

    /// <summary>Attempts of deciding steps.</summary>
    public required IReadOnlyList<AttemptShape> Attempts { get; init; }

    /// <summary>In the order of their begin.</summary>
    public required IReadOnlyList<TimeWaitShape> TimeWaits { get; init; }

    /// <summary>In the order of the axis.</summary>
    public required IReadOnlyList<RemarkShape> Remarks { get; init; }

    /// <summary>In the order of the axis.</summary>
    public required IReadOnlyList<EventShape> Events { get; init; }

    /// <summary>Sockets for which there is no room beside their lifeline.</summary>
    public required int HiddenSockets { get; init; }

    /// <summary>Where the newest mark is.</summary>
    public required double NowY { get; init; }

    /// <summary>Every moment and its place, from top to bottom.</summary>
    public required IReadOnlyList<(long T, double Y)> Axis { get; init; }

    /// <summary>The moment at a place, or the last before it.</summary>
    public long MomentAt(double y) => Axis[Math.Max(0, Axis.Count(a => a.Y <= y) - 1)].T;

    /// <summary>The place of a moment, or of the last before it.</summary>
    public double PlaceOf(long t) => Axis[Math.Max(0, Axis.Before(t + 1, a => a.T) - 1)].Y;

    /// <summary>The place of a moment between two others: time passes evenly from one to the next.</summary>
    public double PlaceWithin(long t)
    {
        int next = Axis.Before(t + 1, a => a.T);
        if (next == 0)
            return 0;
        (long from, double top) = Axis[next - 1];
        return next == Axis.Count || from >= t ? top : top + (Axis[next].Y - top) * (t - from) / (Axis[next].T - from);
    }

    /// <summary>True while there is nothing to draw.</summary>
    public bool Empty =>
        Calls.Count == 0 && Arrows.Count == 0 && Bands.Count == 0 && Events.Count == 0 && TimeWaits.Count == 0 && Attempts.Count == 0 && Remarks.Count == 0;

    /// <summary>What a time's line must not run through: texts, boxes, rings and the shapes of states.</summary>
    internal IReadOnlyList<(double Left, double Top, double Right, double Bottom)> Taken =>
        [
            .. Calls
                .Select(c => c.Label)
                .Concat(Calls.Select(c => c.Error).OfType<Label>())
                .Concat(Arrows.Select(a => a.Label))
                .Concat(Remarks.Select(r => r.Label))
                .Concat(Events.Select(e => e.Label))
                .Concat(TimeWaits.SelectMany(t => (IEnumerable<Label?>)[t.Title, t.Sub, t.ZeroLabel, t.GoneLabel]).OfType<Label>())
                .Select(l => (l.Left, l.Top, l.Right, l.Bottom)),
            .. Bands
                .Where(b => b.Label.Text.Length > 0)
                .Select(b => (b.Label.Left - BandShape.GlyphRoom, b.Label.Top, b.Label.Right + BandShape.GlyphRoom, b.Label.Bottom)),
            .. Attempts.Select(a => (a.Box.Left, a.Box.Top, a.Box.Left + a.Box.Width, a.Box.Top + a.Box.Height)),
            .. TimeWaits.Select(t =>
                (
                    t.Ring.X - TimeWaitShape.RingRadius,
                    t.Ring.Y - TimeWaitShape.RingRadius,
                    t.Ring.X + TimeWaitShape.RingRadius,
                    t.Ring.Y + TimeWaitShape.RingRadius
                )
            ),
        ];

    /// <summary>Each state that has a band, once.</summary>
    public IEnumerable<TcpState> States => Bands.Select(b => b.Band.State).Distinct();

    /// <summary>Every text of the picture.</summary>
    public IEnumerable<Label> Labels =>
        [
            .. Ticks.Select(t => t.Label),
            .. Calls.Select(c => c.Label),
            .. Calls.Select(c => c.Error).OfType<Label>(),
            .. Arrows.Select(a => a.Label),
            .. Bands.Where(b => b.Label.Text.Length > 0).Select(b => b.Label),
            .. Remarks.Select(r => r.Label),
            .. Events.Select(e => e.Label),
            .. Attempts.Select(a => a.First),
            .. Attempts.Select(a => a.Second).OfType<Label>(),
            .. TimeWaits.SelectMany(t => (IEnumerable<Label?>)[t.Number, t.Title, t.Sub, t.ZeroLabel, t.GoneLabel]).OfType<Label>(),
        ];
}
