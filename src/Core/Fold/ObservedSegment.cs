namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Where a captured segment was seen.</summary>
public enum SeenAt : byte
{
    /// <summary>As it left and as it arrived.</summary>
    BothEnds,

    /// <summary>Only as it left: it was lost on the way, or nobody captures at its target.</summary>
    Sender,

    /// <summary>Only as it arrived.</summary>
    Receiver,

    /// <summary>At one point of the way, as a capture file of somebody's shows it: when it left and when it arrived is not known.</summary>
    OnTheWay,
}

/// <summary>Why a RST was sent, as far as it shows (RFC 9293, 3.10.7; Linux tcp_v4_send_reset, tcp_send_active_reset).</summary>
public enum ResetReason : byte
{
    /// <summary>It answers a SYN: nobody listens on that port.</summary>
    Refused,

    /// <summary>It has no ACK and takes its number from the segment it answers: that was for a socket that is not there any more, or not acceptable.</summary>
    NoSocket,

    /// <summary>The sender ended the connection by it: closed with unread data, or with SO_LINGER {1, 0}.</summary>
    Aborted,
}

/// <summary>What the capture read of a segment.</summary>
public sealed record ObservedSegment
{
    /// <summary><c>SYN,ACK</c>.</summary>
    public required string Flags { get; init; }

    /// <summary>SEG.SEQ.</summary>
    public uint SeqNo { get; init; }

    /// <summary>SEG.ACK; null without the flag ACK.</summary>
    public uint? Ack { get; init; }

    /// <summary>SEG.SEQ counted from the SYN, which has 0; where the SYN was not seen the first segment that was has 1.</summary>
    public uint RelativeSeq { get; init; }

    /// <summary>SEG.ACK counted in the same way; null without the flag ACK.</summary>
    public uint? RelativeAck { get; init; }

    /// <summary>Octets of payload.</summary>
    public int Len { get; init; }

    /// <summary>SEG.WND, not scaled.</summary>
    public int Win { get; init; }

    /// <summary>Maximum segment size in octets; null where the option is absent.</summary>
    public int? Mss { get; init; }

    /// <summary>Window scale shift, 0 to 14 (RFC 7323); null where the option is absent.</summary>
    public int? Wscale { get; init; }

    /// <summary>The option SACK-permitted (RFC 2018).</summary>
    public bool SackPermitted { get; init; }

    /// <summary>TSval of the timestamps option (RFC 7323); null where absent.</summary>
    public uint? TsVal { get; init; }

    /// <summary>TSecr; null where absent.</summary>
    public uint? TsEcr { get; init; }

    /// <summary>Whose capture saw it.</summary>
    public SeenAt Seen { get; init; }

    /// <summary>True when its sequence numbers had been sent before.</summary>
    public bool Retransmission { get; init; }

    /// <summary>
    /// A bare ACK that was held back (RFC 9293, 3.8.6.3): nanoseconds from the arrival of what it acknowledges to its sending; null where it went at once, and
    /// where its host captured
    /// only one of the two or neither.
    /// </summary>
    public long? AckDelay { get; init; }

    /// <summary>Of a RST; null for others.</summary>
    public ResetReason? Reset { get; init; }
}
