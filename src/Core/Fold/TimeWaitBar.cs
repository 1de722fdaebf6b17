using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A TIME-WAIT from its begin until its row is really gone.</summary>
/// <param name="Host">The host that waits.</param>
/// <param name="Local">Its own end.</param>
/// <param name="Remote">The peer.</param>
/// <param name="Begin">When it began, where that was told or follows; else when it was first seen.</param>
/// <param name="After">Last moment at which it was known not to be there yet; null for none, and where the begin was told.</param>
/// <param name="ReadAt">When the timer was read last.</param>
/// <param name="Left">What it showed then, in nanoseconds.</param>
/// <param name="GoneAt">When the row was first missing; null while it is there.</param>
/// <param name="Seq">The event that showed it first, as its band has it.</param>
public sealed record TimeWaitBar(string Host, TcpEndpoint Local, TcpEndpoint Remote, long Begin, long? After, long ReadAt, long Left, long? GoneAt, long Seq)
{
    /// <summary>Who read the timer; null when nobody did.</summary>
    public string? TimerSource { get; init; }

    /// <summary>
    /// True for one that was there when the run began: nobody knows how long it has waited, and <see cref="Begin"/> is when it was first seen.
    /// </summary>
    public bool WasThere { get; init; }

    /// <summary>What ended it; null while it lasts.</summary>
    public EndReason? Ended { get; init; }

    /// <summary>The SOCK_DESTROY call that ended it, by its seq; null where something else did.</summary>
    public long? DestroyedBy => Ended is { Cause: EndCause.Destroyed } by ? by.Seq : null;

    /// <summary>How long the kernel's timer runs, nanoseconds; of one that was there before the run, from when it was first seen.</summary>
    public long Timer => Math.Max(0, TimerEnd - Begin);

    /// <summary>When the timer reaches zero. The row stays a little longer: the kernel's timer wheel has slack.</summary>
    public long TimerEnd => ReadAt + Left;

    /// <summary>How long it lasted; null while it lasts, and for one that was there before the run.</summary>
    public long? Measured => WasThere ? null : GoneAt - Begin;

    /// <summary>What the timer must show at <paramref name="t"/>, in nanoseconds.</summary>
    public long LeftAt(long t) => GoneAt is { } gone && t >= gone ? 0 : Math.Clamp(TimerEnd - t, 0, Math.Max(0, TimerEnd - Begin));
}
