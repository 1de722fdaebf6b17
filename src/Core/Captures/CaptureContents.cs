using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>How a connection began, as far as the file shows.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectionBegin>))]
public enum ConnectionBegin : byte
{
    /// <summary>SYN, SYN+ACK and ACK were seen.</summary>
    [JsonStringEnumMemberName("handshake")]
    Handshake,

    /// <summary>A SYN, and not all that follows it.</summary>
    [JsonStringEnumMemberName("syn")]
    Syn,

    /// <summary>Before the capture: what the states were then is not known.</summary>
    [JsonStringEnumMemberName("before")]
    Before,
}

/// <summary>One end of a connection in a file.</summary>
/// <param name="Address">Address and port.</param>
/// <param name="Segments">Segments it sent.</param>
/// <param name="Octets">Payload it sent, each octet counted once.</param>
/// <param name="Retransmissions">Segments that repeat what it had sent.</param>
/// <param name="State">The state it was in at the end of the capture, inferred; null where nothing is known, and where the socket is gone.</param>
/// <param name="Gone">True when the socket is gone, inferred as well.</param>
public sealed record FileEnd(TcpEndpoint Address, long Segments, long Octets, long Retransmissions, TcpState? State, bool Gone);

/// <summary>A connection in a capture file: a line of its list.</summary>
public sealed record FileConnection
{
    /// <summary>Its place in the file, from 1, in the order of the first segments.</summary>
    public int Number { get; init; }

    /// <summary>The end that sent the first SYN; where none was seen the one whose port is the greater.</summary>
    public required FileEnd A { get; init; }

    /// <summary>The other.</summary>
    public required FileEnd B { get; init; }

    /// <summary>When its first segment was seen: nanoseconds from the capture's first packet (JSON: seconds).</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long First { get; init; }

    /// <summary>When its last was.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Last { get; init; }

    /// <summary>How it began.</summary>
    public ConnectionBegin Begin { get; init; }

    /// <summary>Who closed first.</summary>
    public ClosedFirst Closed { get; init; }

    /// <summary>True when a RST that belongs to it was seen.</summary>
    public bool Reset { get; init; }

    /// <summary>The connection that used the same ends before; null for none.</summary>
    public int? Follows { get; init; }

    /// <summary>The connection that used the same ends next; null for none.</summary>
    public int? FollowedBy { get; init; }
}

/// <summary>A capture file as it was read: what is in it, what was passed over and why, and its connections.</summary>
public sealed record CaptureContents
{
    /// <summary><c>pcap</c> or <c>pcapng</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Octets that were read.</summary>
    public long Octets { get; init; }

    /// <summary>Packets that were read.</summary>
    public long Packets { get; init; }

    /// <summary>TCP segments among them.</summary>
    public long Segments { get; init; }

    /// <summary>Wall time of the first packet; null where no packet has a time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Nanoseconds from the first packet to the last (JSON: seconds).</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Duration { get; init; }

    /// <summary>In the order of their first segments, at most <see cref="CaptureLimits.Connections"/>.</summary>
    public required IReadOnlyList<FileConnection> Connections { get; init; }

    /// <summary>What was left out or has to be known: packets of other kinds, fragments, copies, packets that the capturing program lost.</summary>
    public required IReadOnlyList<Message> Remarks { get; init; }

    /// <summary>Why the file could not be read to its end; null where it was.</summary>
    public CaptureFault? Fault { get; init; }
}

/// <summary>What is held of a capture file at most.</summary>
public static class CaptureLimits
{
    /// <summary>Connections that are listed; segments of further ones are counted.</summary>
    public const int Connections = 20_000;

    /// <summary>
    /// Segments of a connection that are drawn from its begin and up to its end; SYN, FIN and RST between them are as well, up to <see cref="Telling"/>.
    /// </summary>
    public const int FirstSegments = 400,
        LastSegments = 800,
        Telling = 200;

    /// <summary>Octets of a file, where nobody sets another limit.</summary>
    public const int Megabytes = 100;
}
