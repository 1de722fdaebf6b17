using System.Buffers;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Runs.Capture;

/// <summary>
/// A run's captured segments as a pcapng file: each host an interface, stamps of the run's axis as wall time, beside each packet the call before it, and at the
/// end what was lost.
/// A segment that two hosts captured would be in it twice, and a program that reads it would take the copy for a retransmission: without a host each is there
/// once.
/// </summary>
internal static class RunCapture
{
    public const string MediaType = "application/x-pcapng";

    /// <summary>In place of a host: every copy that was captured.</summary>
    public const string Every = "all";

    private const int FlushAt = 64 * 1024;

    /// <summary>True when the run has octets to write.</summary>
    public static bool Has(RunFile run, string? host) => Segments(run, host).Any();

    /// <param name="run">The run.</param>
    /// <param name="host">What this host captured, or <see cref="Every"/>; null for each segment once, as its sender captured it where that one did.</param>
    /// <param name="to">Takes the file.</param>
    /// <param name="cancel">Ends it in the middle.</param>
    public static async Task Write(RunFile run, string? host, Stream to, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(2 * FlushAt);
        foreach (bool _ in Write(run, host, new PcapngWriter(buffer)))
        {
            if (buffer.WrittenCount < FlushAt)
                continue;
            await to.WriteAsync(buffer.WrittenMemory, cancel);
            buffer.ResetWrittenCount();
        }
        await to.WriteAsync(buffer.WrittenMemory, cancel);
    }

    // A value for each block.
    private static IEnumerable<bool> Write(RunFile run, string? only, PcapngWriter file)
    {
        SegmentEvent[] segments = [.. Segments(run, only).OrderBy(s => s.T).ThenBy(s => s.Seq)];
        List<(string Host, int LinkType)> interfaces = Interfaces(only is null or Every ? [.. run.Hosts.Select(h => h.Name)] : [only], segments);
        var before = new CallsBefore(HostClocks.Place(run.Events));
        long begin = (run.StartedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

        file.Section(
            $"ReuseAddrDashboard {run.Hosts.Select(h => h.AgentVersion).FirstOrDefault()}",
            run.Hosts.Select(h => h.Kernel).FirstOrDefault() is { } kernel ? $"Linux {kernel}" : "Linux",
            $"run {run.Id}, scenario {run.Scenario}, {Ports(run)}"
        );
        yield return true;
        foreach ((string name, int linkType) in interfaces)
        {
            HostFacts? facts = run.Hosts.FirstOrDefault(h => h.Name == name);
            file.Interface(
                linkType,
                CapturedFrame.MaxOctets,
                name,
                facts is null ? name : $"{facts.HostName}, {facts.Address} on {facts.Interface}",
                facts is null ? null : $"{facts.Os}, Linux {facts.Kernel}"
            );
            yield return true;
        }
        foreach (SegmentEvent s in segments)
        {
            CapturedFrame frame = s.Frame!;
            file.Packet(interfaces.IndexOf((s.Host!, frame.LinkType)), begin + s.T, frame.Octets, frame.Length, Direction(s), before.TextFor(s));
            yield return true;
        }
        long first = segments.Length == 0 ? 0 : segments[0].T,
            last = segments.Length == 0 ? 0 : segments[^1].T;
        for (int i = 0; i < interfaces.Count; i++)
        {
            (string host, int linkType) = interfaces[i];
            // The losses of a host are told once, with the first of its interfaces.
            GapEvent[] gaps =
                interfaces.FindIndex(o => o.Host == host) == i ? [.. run.Events.OfType<GapEvent>().Where(g => g.Concerns(host, EvidenceSource.Capture))] : [];
            long lost = gaps.Sum(g => g.Lost),
                ofAnyKind = gaps.Where(g => g.Source != EvidenceSource.Capture).Sum(g => g.Lost);
            file.Statistics(
                i,
                begin + first,
                begin + last,
                segments.LongCount(s => s.Host == host && s.Frame!.LinkType == linkType),
                lost,
                ofAnyKind == 0 ? null : $"at most: {ofAnyKind} of the {lost} that were lost are events of any kind that did not reach the run"
            );
            yield return true;
        }
    }

    private static string Ports(RunFile run) =>
        run.Ports.Count == 1 ? $"port {run.Ports.Values.First()}" : $"ports {string.Join(", ", run.Ports.Select(p => $"{p.Key} {p.Value}"))}";

    private static IEnumerable<SegmentEvent> Segments(RunFile run, string? host)
    {
        IEnumerable<SegmentEvent> captured = HostClocks.Place(run.Events).OfType<SegmentEvent>().Where(s => s.Frame is not null && s.Host is not null);
        return host switch
        {
            null => OnceEach([.. captured]),
            Every => captured,
            _ => captured.Where(s => s.Host == host),
        };
    }

    // The nth that a host received of what is the same in every field is the nth that was sent: only what nobody captured as it left is taken from where it
    // came.
    private static IEnumerable<SegmentEvent> OnceEach(SegmentEvent[] captured)
    {
        Dictionary<object, int> sent = captured.Where(s => s.Sent is not null).GroupBy(Same).ToDictionary(g => g.Key, g => g.Count());
        foreach (SegmentEvent segment in captured)
        {
            if (segment.Sent is not null)
                yield return segment;
            else if (sent.GetValueOrDefault(Same(segment)) is > 0 and var left)
                sent[Same(segment)] = left - 1;
            else
                yield return segment;
        }
    }

    private static object Same(SegmentEvent s) => (s.From, s.To, s.Flags, s.SeqNo, s.Ack, s.Len, s.Win, s.TsVal, s.TsEcr);

    // An interface has one link type: a host whose captures differ in theirs gets a further one.
    private static List<(string Host, int LinkType)> Interfaces(string[] hosts, SegmentEvent[] segments)
    {
        int Usual(string host) => segments.FirstOrDefault(s => s.Host == host)?.Frame!.LinkType ?? (int)FrameKind.LinuxSll;
        return [.. hosts.Select(h => (h, Usual(h))).Concat(segments.Select(s => (s.Host!, s.Frame!.LinkType))).Distinct()];
    }

    private static PacketDirection Direction(SegmentEvent s) =>
        s switch
        {
            { Sent: not null, Received: null } => PacketDirection.Outbound,
            { Sent: null, Received: not null } => PacketDirection.Inbound,
            _ => PacketDirection.Unknown,
        };
}
