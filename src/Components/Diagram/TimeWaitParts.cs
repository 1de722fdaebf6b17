using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>A TIME-WAIT bar while it is being placed: its end comes later than its begin.</summary>
internal sealed class TimeWaitParts(StateBand band, double x, double top, (double X, double Y) ring, Label number, Label title, Label sub)
{
    public double Top => top;

    /// <summary>The last moment that was placed while it lasted.</summary>
    public (long T, double Y) Last { get; set; }
    public double? Zero { get; set; }
    public Label? ZeroLabel { get; set; }
    public double? Gone { get; set; }
    public Label? GoneLabel { get; set; }

    public TimeWaitShape Shape(TimeWaitBar bar, Spacing space)
    {
        double bottom = Gone ?? (Zero ?? top + space.Bar) + space.Slack;
        double filled = bar.GoneAt is null ? Last.Y : Zero ?? bottom;
        return new(bar, band, x, top, Zero, bottom, filled, Last, ring, number, title, sub, ZeroLabel, GoneLabel);
    }
}
