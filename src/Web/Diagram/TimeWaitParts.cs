using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>A TIME-WAIT bar while it is being placed: its end comes later than its begin.</summary>
internal sealed class TimeWaitParts(StateBand band, double x, double top, (double X, double Y) ring, Label number, Label title, Label sub)
{
    /// <summary>Px from its top to where its timer's end is expected, before it has come.</summary>
    public const double Length = 150;

    public double Top => top;

    /// <summary>The last moment that was placed while it lasted.</summary>
    public (long T, double Y) Last { get; set; }
    public double? Zero { get; set; }
    public Label? ZeroLabel { get; set; }
    public double? Gone { get; set; }
    public Label? GoneLabel { get; set; }

    public TimeWaitShape Shape(TimeWaitBar bar)
    {
        double bottom = Gone ?? (Zero ?? top + Length) + 30;
        double filled = bar.GoneAt is null ? Last.Y : Zero ?? bottom;
        return new(bar, band, x, top, Zero, bottom, filled, Last, ring, number, title, sub, ZeroLabel, GoneLabel);
    }
}
