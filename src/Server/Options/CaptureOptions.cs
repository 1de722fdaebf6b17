namespace ReuseAddrDashboard.Server.Options;

/// <summary>The section <c>Captures</c> of the configuration: what is taken of capture files that somebody opens.</summary>
internal sealed record CaptureOptions
{
    public const string Section = "Captures";

    /// <summary>How large a file may be, in millions of octets.</summary>
    public int Megabytes { get; init; } = Core.Captures.CaptureLimits.Megabytes;

    public long MaxOctets => Megabytes * 1_000_000L;
}
