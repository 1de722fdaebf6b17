using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Hosts;

/// <summary>How well the two hosts' times can be compared.</summary>
public static class LabClocks
{
    /// <summary>Nanoseconds by which a time of one host may be off one of the other's: 0 where they share a clock; null when it was not measured yet.</summary>
    public static long? Uncertainty(IReadOnlyList<LabHost>? hosts) => hosts is not [{ Facts: { } a } one, { Facts: { } b } other] ? null
        : a.SharesClockWith(b) ? 0 : one.ClockUncertainty + other.ClockUncertainty;
}
