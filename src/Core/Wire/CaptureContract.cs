using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>A capture file that somebody opened, without its connections.</summary>
public sealed record CaptureEntry
{
    /// <summary>Its name in addresses, which nobody can guess. It is held for a while, in no store.</summary>
    public required string Id { get; init; }

    /// <summary>What it was called where it came from; empty where nobody said.</summary>
    public required string Name { get; init; }

    /// <summary><c>pcap</c> or <c>pcapng</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Octets of the file.</summary>
    public long Size { get; init; }

    /// <summary>Packets that were read.</summary>
    public long Packets { get; init; }

    /// <summary>TCP segments among them.</summary>
    public long Segments { get; init; }

    /// <summary>Connections that are listed.</summary>
    public int Connections { get; init; }

    /// <summary>Wall time of the first packet; null where no packet has a time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Nanoseconds from the first packet to the last (JSON: seconds).</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Duration { get; init; }

    /// <summary>What was left out or has to be known.</summary>
    public required IReadOnlyList<Message> Remarks { get; init; }

    /// <summary>Why the file could not be read to its end; null where it was.</summary>
    public CaptureFault? Fault { get; init; }
}

/// <summary>A part of a capture file's connections.</summary>
/// <param name="Total">How many the filters let through.</param>
/// <param name="Connections">At most <see cref="MaxLimit"/>, in the file's order.</param>
public sealed record CapturePart(int Total, IReadOnlyList<FileConnection> Connections)
{
    /// <summary>Connections of one answer, and characters of the text that is looked for.</summary>
    public const int MaxLimit = 200,
        MaxText = 100;
}
