using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What has to be known of the whole run to draw one of its connections.</summary>
internal sealed record FlowContext(RunHeader Header, HostAddresses Addresses)
{
    /// <summary>Up to when each host has told of itself. What the lab notes of a host says nothing: it does so above all when that host falls silent.</summary>
    public ImmutableDictionary<string, long> Told { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Hosts that were seen to capture though their facts do not say so.</summary>
    public ImmutableHashSet<string> Captured { get; init; } = [];

    /// <summary>Hosts of whose captured segments some may have been lost on the way to the log.</summary>
    public ImmutableHashSet<string> CaptureGaps { get; init; } = [];

    public ClockSpread Clocks { get; init; } = ClockSpread.Unknown;

    /// <summary>True when the host says that it captures.</summary>
    public bool IsToCapture(string host) => Header.Host(host)?.Observes(SourceFact.Capture) == true;

    /// <summary>True when it does, whatever it says.</summary>
    public bool Captures(string host) => IsToCapture(host) || Captured.Contains(host);

    public bool SharesClock(string host, string other) => host == other || (Header.Host(host) is { } a && Header.Host(other) is { } b && a.SharesClockWith(b));

    /// <summary>Nanoseconds by which the clocks of two hosts may disagree about a moment.</summary>
    public long Apart(string host, string other, long at) => SharesClock(host, other) ? 0 : Clocks.Between(host, other, at);
}

/// <summary>Whose the two ends of a flow are.</summary>
/// <param name="Key">The ends.</param>
/// <param name="Low">The host of <see cref="FlowKey.Low"/>.</param>
/// <param name="High">The host of <see cref="FlowKey.High"/>.</param>
internal sealed record FlowEnds(FlowKey Key, string Low, string High)
{
    public string HostOf(Tcp.TcpEndpoint end) => end == Key.Low ? Low : High;

    /// <summary>Finds them by what was called on them, by the hosts' addresses, and by who told of them; null where one of the ends is a stranger's.</summary>
    public static FlowEnds? Find(Flow flow, FlowContext context)
    {
        string? low = HostOf(flow.Key.Low, flow, context),
            high = HostOf(flow.Key.High, flow, context);
        // A run's own call leaves no stranger: with two hosts the one whose address nobody knows is the other.
        if (flow.Calls.Count > 0 && context.Header.Hosts is [var one, var other])
        {
            low ??=
                high == one.Name ? other.Name
                : high == other.Name ? one.Name
                : null;
            high ??=
                low == one.Name ? other.Name
                : low == other.Name ? one.Name
                : null;
        }
        return low is null || high is null ? null : new(flow.Key, low, high);
    }

    private static string? HostOf(Tcp.TcpEndpoint end, Flow flow, FlowContext context)
    {
        foreach (FlowCall call in flow.Calls)
        {
            if (call.Own == end)
                return call.Host;
        }
        if (context.Header.OneNamespace && context.Addresses.IsKnown(end))
            return context.Addresses.OwnerOf(end, flow.Key.PeerOf(end));
        if (context.Addresses.HostOf(end) is { } host)
            return host;
        // Only the host itself sees its own loopback.
        return !HostAddresses.IsLoopback(end) ? null
            : flow.Segments.Count > 0 ? flow.Segments[0].Host
            : flow.States.Count > 0 ? flow.States[0].Host
            : null;
    }
}
