using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Diagram;

public enum Anchor : byte { Start, Middle, End }

/// <summary>A text at its place; <paramref name="Y"/> is its middle.</summary>
/// <param name="Width">At most so wide, in px.</param>
/// <param name="Height">Height of its line.</param>
public readonly record struct Label(string Text, double X, double Y, Anchor Anchor, double Width, double Height)
{
    public double Left => Anchor switch { Anchor.Start => X, Anchor.Middle => X - Width / 2, _ => X - Width };

    public double Right => Left + Width;

    public double Top => Y - Height / 2;

    public double Bottom => Y + Height / 2;

    /// <summary>True when they overlap by more than a rounding error.</summary>
    public bool Touches(Label other) => other.Right - Left > Rounding && Right - other.Left > Rounding && other.Bottom - Top > Rounding && Bottom - other.Top > Rounding;

    private const double Rounding = 1e-6;
}

/// <param name="X">The lifeline.</param>
/// <param name="Outward">-1 when its outer side is left, 1 when right.</param>
public sealed record LaneShape(Lane Lane, double X, int Outward);

public sealed record TickShape(Label Label, double Y);

public sealed record CallShape(CallMark Mark, CallLabel Text, Label Label, double X, double Y);

public sealed record ArrowShape(Arrow Arrow, Label Label, double X1, double Y1, double X2, double Y2);

public sealed record BandShape(StateBand Band, Label Label, double X, double Top, double Bottom);

/// <param name="Box">Left, top, width, height of the box beside the lifeline.</param>
public sealed record AttemptShape(RebindAttempt Attempt, CallMark Mark, Label First, Label? Second, double X, double Y, (double Left, double Top, double Width, double Height) Box);

/// <param name="Zero">Where the timer reaches zero; null when the row went before.</param>
/// <param name="Bottom">Where the row went, or the end of the slack zone drawn in advance.</param>
/// <param name="From">The last moment within the bar and its place: the fill grows from there.</param>
public sealed record TimeWaitShape(
    TimeWaitBar Bar, double X, double Top, double? Zero, double Bottom, double FillBottom, (long T, double Y) From, (double X, double Y) Ring, Label Number,
    Label Title, Label Sub, Label? ZeroLabel, Label? GoneLabel)
{
    public const double RingRadius = 18;
}

/// <summary>The diagram, laid out: everything at its place in px, nothing left to decide.</summary>
public sealed record Scene
{
    public required Frame Frame { get; init; }

    public required double Width { get; init; }

    public required double Height { get; init; }

    public required TextMetrics Text { get; init; }

    public required IReadOnlyList<LaneShape> Lanes { get; init; }

    public required IReadOnlyList<TickShape> Ticks { get; init; }

    public required IReadOnlyList<CallShape> Calls { get; init; }

    public required IReadOnlyList<ArrowShape> Arrows { get; init; }

    public required IReadOnlyList<BandShape> Bands { get; init; }

    public required IReadOnlyList<AttemptShape> Attempts { get; init; }

    public required IReadOnlyList<TimeWaitShape> TimeWaits { get; init; }

    /// <summary>Where the newest mark is.</summary>
    public required double NowY { get; init; }

    public bool Empty => Calls.Count == 0 && Bands.Count == 0;

    public IEnumerable<TcpState> States => Bands.Select(b => b.Band.State).Distinct();

    /// <summary>Every text of the picture.</summary>
    public IEnumerable<Label> Labels =>
    [
        .. Ticks.Select(t => t.Label), .. Calls.Select(c => c.Label), .. Arrows.Select(a => a.Label), .. Bands.Where(b => b.Label.Text.Length > 0).Select(b => b.Label),
        .. Attempts.Select(a => a.First), .. Attempts.Select(a => a.Second).OfType<Label>(),
        .. TimeWaits.SelectMany(t => (IEnumerable<Label?>)[t.Number, t.Title, t.Sub, t.ZeroLabel, t.GoneLabel]).OfType<Label>(),
    ];
}
