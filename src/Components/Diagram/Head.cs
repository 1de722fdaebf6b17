using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>A lifeline's heading: above its line, moved inward where it would leave the picture.</summary>
/// <param name="X">The lifeline.</param>
/// <param name="Left">The heading's left edge.</param>
public sealed record Head(Lane Lane, double X, double Left, double Width)
{
    private const double Edge = 6;

    /// <summary>Where a short text has room beside the headings: between the first two, else left of all; null for nowhere.</summary>
    public static (double Left, double Width)? PlaceFor(string text, IReadOnlyList<Head> heads)
    {
        if (heads is not [var one, var other, ..])
            return null;
        double need = new TextMetrics(TextMetrics.Smallest).Sans(text) + 2 * Edge;
        double between = other.Left - one.Left - one.Width;
        return between >= need ? (one.Left + one.Width, between)
            : one.Left >= need + Edge ? (Edge, need)
            : null;
    }

    /// <summary>One for each lane, in their order.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="frame">Where they are.</param>
    /// <param name="oneLine">Whether the address stands beside the name, not below it.</param>
    public static IReadOnlyList<Head> Place(IReadOnlyList<Lane> lanes, Frame frame, bool oneLine = false)
    {
        var text = new TextMetrics(13);
        return
        [
            .. lanes.Zip(
                frame.Lanes,
                (lane, place) =>
                {
                    double width = (oneLine ? text.Sans($"{lane.Host} {lane.Address}") : Math.Max(text.Sans(lane.Address), 1.3 * text.Sans(lane.Host))) + 4;
                    return new Head(lane, place.X, Math.Clamp(place.X - width / 2, Edge, Math.Max(Edge, frame.Width - Edge - width)), width);
                }
            ),
        ];
    }
}
