using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Events;

/// <summary>Where an event's knowledge comes from. Inferred knowledge is drawn differently and never replaces what was observed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EventSource>))]
public enum EventSource : byte
{
    /// <summary>The lab itself: steps, notes, the end of a run.</summary>
    [JsonStringEnumMemberName("lab")] Lab,

    /// <summary>A system call's own result.</summary>
    [JsonStringEnumMemberName("call")] Call,

    /// <summary>/proc/net/tcp and /proc/net/tcp6.</summary>
    [JsonStringEnumMemberName("proc")] Proc,

    /// <summary>NETLINK_SOCK_DIAG.</summary>
    [JsonStringEnumMemberName("diag")] Diag,

    /// <summary>AF_PACKET.</summary>
    [JsonStringEnumMemberName("capture")] Capture,

    /// <summary>The kernel's tracepoints: sock:inet_sock_set_state, and those of the TIME-WAIT timer.</summary>
    [JsonStringEnumMemberName("trace")] Trace,

    /// <summary>Concluded from other events, not seen.</summary>
    [JsonStringEnumMemberName("inferred")] Inferred,

    /// <summary>The agent's own account: gaps and refusals.</summary>
    [JsonStringEnumMemberName("agent")] Agent,
}
