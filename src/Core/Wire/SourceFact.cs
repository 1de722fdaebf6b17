using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>One way to observe, and whether a host has it.</summary>
/// <param name="Name">As in <see cref="EventSource"/>: <c>proc</c>, <c>diag</c>, <c>capture</c>, <c>trace</c>.</param>
/// <param name="Available">True when the agent observes by it.</param>
/// <param name="Missing">Why it does not: what the kernel refused, in a sentence; null when it does.</param>
/// <param name="Grant">What would grant it: a capability, a mount, a kernel option, in a sentence with the command; null when nothing is missing or nothing helps.</param>
/// <param name="Limit">What it cannot see on this host though it is available, in a sentence; null for nothing more than on any other.</param>
[JsonConverter(typeof(SourceFactJson))]
public sealed record SourceFact(string Name, bool Available, string? Missing = null, string? Grant = null, string? Limit = null)
{
    public const string Proc = "proc", Diag = "diag", Capture = "capture", Trace = "trace";

    /// <summary>Every source there is, in the order in which <see cref="HostFacts.Sources"/> lists them.</summary>
    public static IReadOnlyList<string> All { get; } = [Proc, Diag, Capture, Trace];

    public static SourceFact Has(string name) => new(name, true);
}
