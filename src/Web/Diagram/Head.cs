using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>A lifeline's heading: above its line, moved inward where it would leave the picture.</summary>
/// <param name="X">The lifeline.</param>
/// <param name="Left">The heading's left edge.</param>
public sealed record Head(Lane Lane, double X, double Left, double Width)
{
    private const double Edge = 6;

    public static IReadOnlyList<Head> Of(IReadOnlyList<Lane> lanes, Frame frame)
    {
        var text = new TextMetrics(13);
        return [.. lanes.Select(lane =>
        {
            double x = lane.Host == HubRoutes.Client ? frame.ClientX : frame.ServerX;
            double width = Math.Max(text.Sans(lane.Address), 1.3 * text.Sans(lane.Host)) + 4;
            return new Head(lane, x, Math.Clamp(x - width / 2, Edge, Math.Max(Edge, frame.Width - Edge - width)), width);
        })];
    }
}
