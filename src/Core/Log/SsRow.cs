using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>A socket as ss has to know it to print its line.</summary>
public sealed record SsRow
{
    /// <summary>As ss spells it: <see cref="TcpStates.Name"/>.</summary>
    public required TcpState State { get; init; }

    /// <summary>Octets unread; for a listener connections not yet accepted.</summary>
    public uint RecvQ { get; init; }

    /// <summary>Octets not acknowledged; not used for a listener.</summary>
    public uint SendQ { get; init; }

    /// <summary>A listener's backlog, which ss prints as its Send-Q; null when unknown (printed <c>?</c>).</summary>
    public int? Backlog { get; init; }

    /// <summary>Its own end.</summary>
    public required TcpEndpoint Local { get; init; }

    /// <summary>The peer; for a listener the wildcard with port 0.</summary>
    public required TcpEndpoint Remote { get; init; }

    /// <summary>The timer that runs; null or <see cref="TimerKind.Off"/> for none.</summary>
    public SocketTimer? Timer { get; init; }

    /// <summary>Retransmits or probes, the third number of ss's timer.</summary>
    public uint Retransmits { get; init; }

    /// <summary>The row of a socket last read at <paramref name="e"/>.T, with its timer run down to <paramref name="at"/> and stopped at 0.</summary>
    public static SsRow Of(SocketEvent e, long at)
    {
        bool minisock = e.Timer?.Kind == TimerKind.TimeWait;
        return new()
        {
            State = e.To ?? throw new ArgumentException("A socket that went has no row.", nameof(e)),
            RecvQ = minisock ? 0 : e.RecvQ,
            SendQ = minisock ? 0 : e.SendQ,
            Backlog = e.Backlog,
            Local = e.Local,
            Remote = e.Remote,
            Timer = e.Timer is { } timer ? timer with { Left = Math.Max(0, timer.Left - Math.Max(0, at - e.T)) } : null,
            Retransmits = minisock ? 0 : e.Retransmits,
        };
    }
}
