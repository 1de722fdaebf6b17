using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Where and why a capture file could not be read further; what was read before it stands.</summary>
/// <param name="Offset">Octets from the file's begin to the header, record or block that is wrong.</param>
/// <param name="Reason">What is wrong and what to do, one of <see cref="CaptureFaultCodes"/>, with the offset among its arguments.</param>
public sealed record CaptureFault(long Offset, Message Reason)
{
    internal static CaptureFault At(long offset, string code, params ReadOnlySpan<(string Name, object? Value)> args) =>
        new(offset, Message.Of(code, [("offset", offset), .. args]));
}

/// <summary>The codes of <see cref="CaptureFault"/>, texts of the catalogue <c>captures.json</c>.</summary>
public static class CaptureFaultCodes
{
    /// <summary>Nothing in it.</summary>
    public const string Empty = "captures.fault.empty";

    /// <summary>It begins like no capture file.</summary>
    public const string Unknown = "captures.fault.unknown";

    /// <summary>It is compressed.</summary>
    public const string Compressed = "captures.fault.compressed";

    /// <summary>A format or version that is not read: named in <c>what</c>.</summary>
    public const string Version = "captures.fault.version";

    /// <summary>It ends within a header, a record or a block.</summary>
    public const string Cut = "captures.fault.cut";

    /// <summary>A record or block has a length that cannot be.</summary>
    public const string Length = "captures.fault.length";

    /// <summary>The two lengths of a block differ.</summary>
    public const string Trailer = "captures.fault.trailer";

    /// <summary>A packet names an interface that the file does not describe.</summary>
    public const string Interface = "captures.fault.interface";

    /// <summary>A section describes more interfaces than are read.</summary>
    public const string Interfaces = "captures.fault.interfaces";
}
