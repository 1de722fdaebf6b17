using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>One way to observe, and whether a host has it.</summary>
/// <param name="Name">As in <see cref="EvidenceSource"/>: <c>proc</c>, <c>diag</c>, <c>capture</c>, <c>trace</c>.</param>
/// <param name="Available">True when the agent observes by it.</param>
/// <param name="Missing">Why it does not: what the kernel refused; null when it does.</param>
/// <param name="Grant">What would grant it: a capability, a mount, a kernel option, with the command; null when nothing is missing or nothing helps.</param>
/// <param name="Limit">What it cannot see on this host though it is available; null for nothing more than on any other.</param>
[JsonConverter(typeof(SourceFactJson))]
public sealed record SourceFact(string Name, bool Available, Message? Missing = null, Message? Grant = null, Message? Limit = null)
{
    /// <summary>The names: the tables of /proc/net, sock_diag, AF_PACKET, the kernel's tracepoints.</summary>
    public const string Proc = "proc",
        Diag = "diag",
        Capture = "capture",
        Trace = "trace";

    /// <summary>
    /// Every source that an agent of this version may have, in the order in which <see cref="HostFacts.Sources"/> lists them; an agent of another version may
    /// list more.
    /// </summary>
    public static IReadOnlyList<string> All { get; } = [Proc, Diag, Capture, Trace];

    /// <summary>A source that the host has.</summary>
    public static SourceFact Has(string name) => new(name, true);
}
