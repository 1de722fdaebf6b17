using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>A TCP segment that a host's capture saw. Hosts on both ends tell of it each for itself: one when it left, the other when it came.</summary>
public sealed record SegmentEvent : RunEvent
{
    /// <summary>Most octets of a segment: what an IPv6 packet that the network card is still to cut may hold.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    /// <summary>Source address and port, as in the headers.</summary>
    public required TcpEndpoint From { get; init; }

    /// <summary>Destination address and port.</summary>
    public required TcpEndpoint To { get; init; }

    /// <summary>The control bits as <see cref="TcpFlagNames.Text"/> writes them: <c>SYN</c>, <c>SYN,ACK</c>, <c>FIN,ACK</c>.</summary>
    public required string Flags { get; init; }

    /// <summary>SEG.SEQ, absolute (<c>seq</c> is the event's place in the log).</summary>
    public uint SeqNo { get; init; }

    /// <summary>SEG.ACK, absolute; 0 without the flag ACK.</summary>
    public uint Ack { get; init; }

    /// <summary>Octets of payload.</summary>
    public int Len { get; init; }

    /// <summary>SEG.WND as in the header, not scaled.</summary>
    public int Win { get; init; }

    /// <summary>When it left this host, nanoseconds on the axis of <see cref="RunEvent.T"/> (JSON: seconds); null where this host did not send it.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long? Sent { get; init; }

    /// <summary>When it came to this host; null where this host did not receive it. On loopback both are the one moment at which it was seen.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long? Received { get; init; }

    /// <summary>Maximum segment size; null where the option is absent.</summary>
    public int? Mss { get; init; }

    /// <summary>Window scale shift; null where absent.</summary>
    public int? Wscale { get; init; }

    /// <summary>The option SACK-permitted (RFC 2018).</summary>
    public bool SackPermitted { get; init; }

    /// <summary>TSval of the timestamps option; null where absent.</summary>
    public uint? TsVal { get; init; }

    /// <summary>TSecr; null where absent.</summary>
    public uint? TsEcr { get; init; }

    /// <summary>Octets received beyond a gap (RFC 2018, 3), at most four blocks; null where the option is absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SackBlock>? Sack { get; init; }

    /// <summary>The octets themselves. In the log, the run file and the capture file; browsers are not sent them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CapturedFrame? Frame { get; init; }

    /// <summary>True when this host had seen the same sequence numbers on this flow before.</summary>
    public bool Retransmission { get; init; }
}
