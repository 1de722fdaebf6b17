using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Why a rebind came out as it did, as far as the facts of the log tell.</summary>
public enum RebindReason : byte
{
    /// <summary>The error speaks for itself and has nothing to do with another socket.</summary>
    Other,

    /// <summary>A socket is in the way, and at least one of the two lacks SO_REUSEADDR.</summary>
    OptionMissing,

    /// <summary>A listener is in the way: SO_REUSEADDR never lets a second socket bind over LISTEN.</summary>
    Listener,

    /// <summary>EADDRINUSE, yet both are said to have the option: the facts do not explain it.</summary>
    Unexplained,

    /// <summary>EADDRINUSE, and the tables showed no socket on the port (a bound socket that does not listen is in no table).</summary>
    NothingSeen,

    /// <summary>EACCES: the port needs a right.</summary>
    Privileged,

    /// <summary>Success over a socket in the way: both have SO_REUSEADDR.</summary>
    BothHaveOption,

    /// <summary>Success: nothing was left on the port.</summary>
    NothingInTheWay,
}

/// <summary>One attempt to bind again.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Deciding">The call that decided: bind, or the listen after a bind that succeeded.</param>
/// <param name="Bind">The bind call, where the mark stands.</param>
/// <param name="At">Where it is drawn, nanoseconds on the run's axis.</param>
/// <param name="Reason">Why.</param>
/// <param name="InTheWay">The server's socket that was in the way, as read last before; null for none.</param>
/// <param name="OtherReuse">SO_REUSEADDR of the socket in the way (a connection inherits its listener's); null when nobody knows.</param>
/// <param name="OwnReuse">SO_REUSEADDR of the socket that was bound, as read back.</param>
public sealed record RebindAttempt(
    int Attempt, CallEvent Deciding, CallEvent Bind, long At, RebindReason Reason, SocketNow? InTheWay, bool? OtherReuse, bool OwnReuse)
{
    public bool Succeeded => Deciding.Succeeded;
}
