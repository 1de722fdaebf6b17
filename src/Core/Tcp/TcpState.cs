using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// TCP connection states with the kernel's numbers (include/net/tcp_states.h) and, in JSON, the spelling of ss.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<TcpState>))]
public enum TcpState : byte
{
    /// <summary>Data may flow in both directions.</summary>
    [JsonStringEnumMemberName("ESTAB")]
    Established = 1,

    /// <summary>A SYN was sent and not answered yet.</summary>
    [JsonStringEnumMemberName("SYN-SENT")]
    SynSent = 2,

    /// <summary>A SYN came and was answered; the ACK of that is awaited.</summary>
    [JsonStringEnumMemberName("SYN-RECV")]
    SynRecv = 3,

    /// <summary>A FIN was sent and not acknowledged yet.</summary>
    [JsonStringEnumMemberName("FIN-WAIT-1")]
    FinWait1 = 4,

    /// <summary>The FIN was acknowledged; the peer's is awaited.</summary>
    [JsonStringEnumMemberName("FIN-WAIT-2")]
    FinWait2 = 5,

    /// <summary>Both FINs were acknowledged, this side's first: delayed segments die out. A minisock in Linux.</summary>
    [JsonStringEnumMemberName("TIME-WAIT")]
    TimeWait = 6,

    /// <summary>CLOSED in RFC 9293; ss prints UNCONN.</summary>
    [JsonStringEnumMemberName("UNCONN")]
    Close = 7,

    /// <summary>The peer's FIN came; the program has not closed yet.</summary>
    [JsonStringEnumMemberName("CLOSE-WAIT")]
    CloseWait = 8,

    /// <summary>The peer's FIN came first; the own is not acknowledged yet.</summary>
    [JsonStringEnumMemberName("LAST-ACK")]
    LastAck = 9,

    /// <summary>It takes connections.</summary>
    [JsonStringEnumMemberName("LISTEN")]
    Listen = 10,

    /// <summary>Both FINs crossed; the own is not acknowledged yet.</summary>
    [JsonStringEnumMemberName("CLOSING")]
    Closing = 11,

    /// <summary>A request socket before its child exists; /proc/net/tcp and ss report it as SYN-RECV.</summary>
    [JsonStringEnumMemberName("NEW-SYN-RECV")]
    NewSynRecv = 12,

    /// <summary>Bound, not listening: sock_diag's pseudo-state TCP_BOUND_INACTIVE; never in /proc/net/tcp.</summary>
    [JsonStringEnumMemberName("BOUND")]
    BoundInactive = 13,
}

/// <summary>How ss spells the states.</summary>
public static class TcpStates
{
    /// <summary>The state as ss spells it.</summary>
    public static string Name(this TcpState state) =>
        state switch
        {
            TcpState.Established => "ESTAB",
            TcpState.SynSent => "SYN-SENT",
            TcpState.SynRecv => "SYN-RECV",
            TcpState.FinWait1 => "FIN-WAIT-1",
            TcpState.FinWait2 => "FIN-WAIT-2",
            TcpState.TimeWait => "TIME-WAIT",
            TcpState.Close => "UNCONN",
            TcpState.CloseWait => "CLOSE-WAIT",
            TcpState.LastAck => "LAST-ACK",
            TcpState.Listen => "LISTEN",
            TcpState.Closing => "CLOSING",
            TcpState.NewSynRecv => "NEW-SYN-RECV",
            TcpState.BoundInactive => "BOUND",
            _ => "UNKNOWN",
        };

    /// <summary>Reads what <see cref="Name"/> writes, <c>ESTABLISHED</c> as well.</summary>
    public static bool TryParse(string? text, out TcpState state)
    {
        foreach (TcpState known in Enum.GetValues<TcpState>())
        {
            if (string.Equals(known.Name(), text, StringComparison.OrdinalIgnoreCase))
            {
                state = known;
                return true;
            }
        }
        state = TcpState.Established;
        return string.Equals(text, "ESTABLISHED", StringComparison.OrdinalIgnoreCase);
    }
}
