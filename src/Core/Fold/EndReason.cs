using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What ended a socket, or the state it was in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EndCause>))]
public enum EndCause : byte
{
    /// <summary>A RST came (of a TIME-WAIT: it was assassinated, RFC 1337).</summary>
    [JsonStringEnumMemberName("reset")]
    Reset,

    /// <summary>It sent a RST.</summary>
    [JsonStringEnumMemberName("sent-reset")]
    SentReset,

    /// <summary>A new connection with the same ends took its place.</summary>
    [JsonStringEnumMemberName("taken-over")]
    TakenOver,

    /// <summary>The lab destroyed it (SOCK_DESTROY).</summary>
    [JsonStringEnumMemberName("destroyed")]
    Destroyed,

    /// <summary>It went long before its timer, and nothing that was captured or called says why: somebody destroyed it.</summary>
    [JsonStringEnumMemberName("early")]
    Early,

    /// <summary>Its timer ran out.</summary>
    [JsonStringEnumMemberName("timer")]
    Timer,

    /// <summary>Its connect gave up, or its socket was closed before there was a connection.</summary>
    [JsonStringEnumMemberName("gave-up")]
    GaveUp,
}

/// <param name="Cause">What did it.</param>
/// <param name="Seq">The event that shows it: the segment, the call, the new connection's first; null for none.</param>
public sealed record EndReason(EndCause Cause, long? Seq);
