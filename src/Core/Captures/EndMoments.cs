using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>
/// What one end of a connection showed by its segments, as moments: as little as its states can be concluded from, and of a fixed size however much passed. All
/// times are those at which the point of capture saw the segment, in
/// nanoseconds of the capture.
/// </summary>
internal sealed class EndMoments
{
    /// <summary>Its SYN's number; null where the SYN was not seen.</summary>
    public uint? Isn { get; set; }

    /// <summary>Its first SYN without ACK, and its first and last with ACK.</summary>
    public long? Syn { get; set; }

    public long? SynAck { get; set; }

    public long? LastSynAck { get; set; }

    /// <summary>Its first segment that acknowledges the peer's SYN.</summary>
    public long? AcksSyn { get; set; }

    /// <summary>When the peer acknowledged its SYN: the first such segment since it sent the SYN last.</summary>
    public long? SynAcked { get; set; }

    /// <summary>Its first segment that is neither SYN nor RST.</summary>
    public long? First { get; set; }

    /// <summary>The last in which it sent payload or a FIN for the first time.</summary>
    public long? LastNew { get; set; }

    /// <summary>The sequence number after everything that it sent; null before.</summary>
    public uint? Next { get; set; }

    /// <summary>The acknowledgment it sent last, which never goes back; null before.</summary>
    public uint? Acknowledges { get; set; }

    /// <summary>Its FIN: when it was first and last seen, and the number after it.</summary>
    public long? Fin { get; set; }

    public long? LastFin { get; set; }

    public uint FinEnd { get; set; }

    /// <summary>Its FIN acknowledges the peer's: the peer closed first.</summary>
    public bool FinAcksFin { get; set; }

    /// <summary>The same of the FIN as it was sent last.</summary>
    public bool LastFinAcksFin { get; set; }

    /// <summary>
    /// Which of the peer's FINs it acknowledged first, which is the one that came: when that was sent, and whether it acknowledged this end's own.
    /// </summary>
    public (long Sent, bool Acks)? Came { get; set; }

    /// <summary>Its first segment that acknowledges the peer's FIN, and the last that answers the same FIN once more.</summary>
    public long? AcksFin { get; set; }

    public long? AcksFinAgain { get; set; }

    /// <summary>When the peer acknowledged its FIN: the first such segment since it sent the FIN last, or, where none followed, the first of all.</summary>
    public long? FinAcked { get; set; }

    /// <summary>True while no acknowledgment followed the FIN it sent last.</summary>
    public bool FinOpen { get; set; }

    /// <summary>Payload that it sent after the peer's FIN had come, acknowledged by it: the half that stayed open was used.</summary>
    public bool SentAfterPeersFin { get; set; }

    /// <summary>Its first RST that belongs to the connection.</summary>
    public long? Rst { get; set; }

    public bool RstHasAck { get; set; }

    /// <summary>Octets of payload, each counted once.</summary>
    public long Octets { get; set; }

    /// <summary>Segments that had been sent before.</summary>
    public long Retransmissions { get; set; }

    public long Segments { get; set; }

    /// <summary>True when the number lies within what it has sent, or just after.</summary>
    public bool IsUpTo(uint number) => Next is not { } next || (int)(next - number) >= 0;
}
