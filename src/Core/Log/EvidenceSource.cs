namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// The sources that evidence comes from, by the name that stands in the log. The list is open: an agent may bring a source that is not here; its events are
/// kept and shown under their own
/// name, with the lowest rank.
/// </summary>
public static class EvidenceSource
{
    /// <summary>The lab itself: steps, notes, the end of a run.</summary>
    public const string Lab = "lab";

    /// <summary>A system call's own result.</summary>
    public const string Call = "call";

    /// <summary>/proc/net/tcp and /proc/net/tcp6.</summary>
    public const string Proc = "proc";

    /// <summary>NETLINK_SOCK_DIAG (sock_diag(7)).</summary>
    public const string Diag = "diag";

    /// <summary>AF_PACKET (packet(7)).</summary>
    public const string Capture = "capture";

    /// <summary>
    /// A capture file of somebody's (pcap, pcapng), read here; no host of this dashboard saw it. Its point of capture is one: <see cref="SegmentEvent.Sent"/>
    /// and <see cref="SegmentEvent.Received"/> are both the moment at which it saw the segment.
    /// </summary>
    public const string CaptureFile = "capture-file";

    /// <summary>The kernel's tracepoints: sock:inet_sock_set_state and those of the TIME-WAIT timer.</summary>
    public const string Trace = "trace";

    /// <summary>Concluded from other events, not seen. Drawn differently, and never in place of what was observed.</summary>
    public const string Inferred = "inferred";

    /// <summary>The agent's own account: gaps, programs, changes of the environment.</summary>
    public const string Agent = "agent";

    /// <summary>Most characters of a source's name.</summary>
    public const int MaxLength = 32;

    /// <summary>
    /// Every source this version knows, the most exact first. Texts of what it sees and misses: <c>source.NAME.sees</c>, <c>source.NAME.misses</c> in the
    /// catalogue.
    /// </summary>
    public static IReadOnlyList<SourceDescription> All { get; } =
    [
        new(Call, 70, Exact: true, Observes: false),
        new(Trace, 60, Exact: true, Observes: true),
        new(Capture, 50, Exact: true, Observes: true),
        new(Diag, 40, Exact: false, Observes: true),
        new(Proc, 30, Exact: false, Observes: true),
        new(CaptureFile, 25, Exact: true, Observes: false),
        new(Inferred, 20, Exact: false, Observes: false),
        new(Agent, 10, Exact: true, Observes: false),
        new(Lab, 9, Exact: true, Observes: false),
    ];

    /// <summary>What is known of a source; of a foreign one only its name.</summary>
    public static SourceDescription Describe(string name)
    {
        foreach (SourceDescription known in All)
        {
            if (known.Name == name)
                return known;
        }
        return new(name, 0, Exact: false, Observes: true);
    }

    /// <summary>True for a name that a source may have: 1 to <see cref="MaxLength"/> of a-z, 0-9 and the hyphen.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= MaxLength } && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');
}

/// <param name="Name">As in the log.</param>
/// <param name="Rank">Greater knows more exactly.</param>
/// <param name="Exact">True when its times are those of the change itself, false when they are those of a look.</param>
/// <param name="Observes">True when it observes the kernel by itself: what a host may have or lack (<see cref="SourceFact"/>).</param>
public sealed record SourceDescription(string Name, int Rank, bool Exact, bool Observes);
