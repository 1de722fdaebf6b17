using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>Which timer runs on a socket: the numbers of /proc/net/tcp's <c>tr</c> (get_tcp4_sock, get_timewait4_sock), the words of ss.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimerKind>))]
public enum TimerKind : byte
{
    /// <summary>No timer.</summary>
    [JsonStringEnumMemberName("off")]
    Off = 0,

    /// <summary>Retransmission, delayed probe or reordering.</summary>
    [JsonStringEnumMemberName("on")]
    On = 1,

    /// <summary>sk_timer: keepalive, or an orphaned FIN-WAIT-2.</summary>
    [JsonStringEnumMemberName("keepalive")]
    Keepalive = 2,

    /// <summary>The timer of a timewait minisock.</summary>
    [JsonStringEnumMemberName("timewait")]
    TimeWait = 3,

    /// <summary>Zero-window probe.</summary>
    [JsonStringEnumMemberName("persist")]
    Persist = 4,
}

/// <summary>A socket's timer as it was read.</summary>
/// <param name="Kind">Which timer.</param>
/// <param name="Left">Time until it fires, in nanoseconds (JSON: seconds); 0 when overdue. From /proc in steps of 10 ms.</param>
public readonly record struct SocketTimer(TimerKind Kind, [property: JsonPropertyName("seconds"), JsonConverter(typeof(NanosecondsAsSeconds))] long Left);
