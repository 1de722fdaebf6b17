namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>One row of /proc/net/tcp or /proc/net/tcp6, decoded (get_tcp4_sock, get_openreq4, get_timewait4_sock in net/ipv4/tcp_ipv4.c).</summary>
public readonly record struct SocketRow
{
    /// <summary>sl: the row's number within this reading. It counts rows, so it changes when others come and go.</summary>
    public int Slot { get; init; }

    /// <summary>local_address: the socket's own end.</summary>
    public TcpEndpoint Local { get; init; }

    /// <summary>The peer; the wildcard with port 0 for a listener.</summary>
    public TcpEndpoint Remote { get; init; }

    /// <summary>st.</summary>
    public TcpState State { get; init; }

    /// <summary>Octets written and not yet acknowledged.</summary>
    public uint TxQueue { get; init; }

    /// <summary>Octets not yet read; for a listener, connections not yet accepted.</summary>
    public uint RxQueue { get; init; }

    /// <summary>tr: which timer runs.</summary>
    public TimerKind TimerKind { get; init; }

    /// <summary>Time until the timer fires, in USER_HZ ticks (10 ms at the usual 100 a second).</summary>
    public ulong TimerTicks { get; init; }

    /// <summary>retrnsmt: how often the timer that runs has sent again.</summary>
    public uint Retransmits { get; init; }

    /// <summary>uid: the owner; 0 for every TIME-WAIT.</summary>
    public uint Uid { get; init; }

    /// <summary>timeout: zero-window and keepalive probes that nobody answered.</summary>
    public uint Probes { get; init; }

    /// <summary>0 once no process owns the socket.</summary>
    public ulong Inode { get; init; }

    /// <summary>ref: sk_refcnt.</summary>
    public int RefCount { get; init; }

    /// <summary>The socket's address as the kernel shows it: hashed, or 0 where kptr_restrict hides it.</summary>
    public ulong Pointer { get; init; }

    /// <summary>True when the row has the five fields below: request sockets and TIME-WAIT have none.</summary>
    public bool HasTail { get; init; }

    /// <summary>Retransmission timeout in USER_HZ ticks.</summary>
    public ulong Rto { get; init; }

    /// <summary>Delayed-ACK time in USER_HZ ticks.</summary>
    public ulong Ato { get; init; }

    /// <summary>Quick ACKs left × 2, plus 1 in pingpong mode.</summary>
    public uint QuickAck { get; init; }

    /// <summary>Congestion window in segments.</summary>
    public uint Cwnd { get; init; }

    /// <summary>Slow-start threshold in segments, -1 while none is set; for a listener the longest Fast Open queue.</summary>
    public int SsThresh { get; init; }

    /// <summary>The timer with its time in nanoseconds; null when none runs.</summary>
    /// <param name="clockTicks">sysconf(_SC_CLK_TCK) of the host.</param>
    public SocketTimer? Timer(int clockTicks = 100) =>
        TimerKind == TimerKind.Off ? null : new SocketTimer(TimerKind, (long)(Math.Min(TimerTicks, (ulong)uint.MaxValue) * 1_000_000_000 / (ulong)clockTicks));
}
