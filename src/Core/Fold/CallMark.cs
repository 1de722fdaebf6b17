using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A system call at its place on the axis.</summary>
/// <param name="Event">The call as it was logged.</param>
/// <param name="At">
/// Where it is drawn, nanoseconds on the run's axis: the call's start, for accept4, read and recv their return, and never before what caused it.
/// </param>
/// <param name="Decides">True when its result is what its step is about.</param>
public sealed record CallMark(CallEvent Event, long At, bool Decides)
{
    /// <summary>What came back while a connect ran that failed; null for other calls, for one that succeeded, and where nobody captured it.</summary>
    public ConnectAnswer? Answer { get; init; }

    /// <summary>The role of the host that made the call; empty where the log names none.</summary>
    public string Host => Event.Host ?? "";

    /// <summary>True for a call that decides what its step is about, by the scenario.</summary>
    internal static bool IsDeciding(RunHeader header, CallEvent call) =>
        call is { Step: { } step, Index: { } index } && header.Script.FindStep(step) is { } of && index < of.Actions.Count && of.Actions[index].Decides;

    /// <summary>accept4, read and recv tell something when they return, other calls when they begin.</summary>
    internal static long Moment(CallEvent call) => call.Call is "accept4" or "read" or "recv" ? call.T + call.Duration : call.T;
}

/// <summary>What came back to a SYN.</summary>
public enum ConnectAnswer : byte
{
    /// <summary>No segment: the SYN, or what answered it, was lost or dropped. That the call ended is not the peer's doing.</summary>
    Nothing,

    /// <summary>A RST.</summary>
    Reset,

    /// <summary>Something else: a SYN with ACK that came too late, an ACK of an older connection.</summary>
    Other,
}
