using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// TCP connection states with the kernel's numbers (include/net/tcp_states.h) and, in JSON, the spelling of ss.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<TcpState>))]
public enum TcpState : byte
{
    [JsonStringEnumMemberName("ESTAB")] Established = 1,
    [JsonStringEnumMemberName("SYN-SENT")] SynSent = 2,
    [JsonStringEnumMemberName("SYN-RECV")] SynRecv = 3,
    [JsonStringEnumMemberName("FIN-WAIT-1")] FinWait1 = 4,
    [JsonStringEnumMemberName("FIN-WAIT-2")] FinWait2 = 5,
    [JsonStringEnumMemberName("TIME-WAIT")] TimeWait = 6,

    /// <summary>CLOSED in RFC 9293; ss prints UNCONN.</summary>
    [JsonStringEnumMemberName("UNCONN")] Close = 7,
    [JsonStringEnumMemberName("CLOSE-WAIT")] CloseWait = 8,
    [JsonStringEnumMemberName("LAST-ACK")] LastAck = 9,
    [JsonStringEnumMemberName("LISTEN")] Listen = 10,
    [JsonStringEnumMemberName("CLOSING")] Closing = 11,

    /// <summary>A request socket before its child exists; /proc/net/tcp and ss report it as SYN-RECV.</summary>
    [JsonStringEnumMemberName("NEW-SYN-RECV")] NewSynRecv = 12,

    /// <summary>Bound, not listening: sock_diag's pseudo-state TCP_BOUND_INACTIVE; never in /proc/net/tcp.</summary>
    [JsonStringEnumMemberName("BOUND")] BoundInactive = 13,
}

public static class TcpStates
{
    /// <summary>The state as ss spells it.</summary>
    public static string Name(this TcpState state) => state switch
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
}
