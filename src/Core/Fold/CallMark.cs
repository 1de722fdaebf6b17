using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A system call at its place on the axis.</summary>
/// <param name="Event">The call as it was logged.</param>
/// <param name="At">
/// Where it is drawn, nanoseconds on the run's axis: the call's start, for accept4 and read their return, and never before what caused it.
/// </param>
/// <param name="IsLesson">True when its result is what the step is about (the rebind).</param>
public sealed record CallMark(CallEvent Event, long At, bool IsLesson)
{
    public string Host => Event.Host ?? "";

    /// <summary>accept4 and read tell something when they return, other calls when they begin.</summary>
    internal static long Moment(CallEvent call) => call.Call is "accept4" or "read" ? call.T + call.Duration : call.T;
}
