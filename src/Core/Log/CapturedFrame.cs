namespace ReuseAddrDashboard.Core.Log;

/// <summary>The octets of a segment as they were captured: link header, IP and TCP header with options, and the beginning of the payload.</summary>
/// <param name="LinkType">What they begin with, as libpcap numbers it (LINKTYPE_*, <see cref="Tcp.FrameKind"/>).</param>
/// <param name="Length">Octets of the whole frame; <paramref name="Octets"/> may be fewer.</param>
/// <param name="Octets">JSON: base64.</param>
public sealed record CapturedFrame(int LinkType, int Length, byte[] Octets)
{
    /// <summary>Octets of payload that are kept.</summary>
    public const int MaxPayload = 64;

    /// <summary>Octets that are kept at most: a Linux cooked header and all that <see cref="Tcp.SegmentParser"/> may have to read.</summary>
    public const int MaxOctets = 16 + Tcp.SegmentParser.HeaderRoom;

    /// <summary>By content, as everything else of an event.</summary>
    public bool Equals(CapturedFrame? other) =>
        other is not null && LinkType == other.LinkType && Length == other.Length && Octets.AsSpan().SequenceEqual(other.Octets);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LinkType, Length, Octets.Length);
}
