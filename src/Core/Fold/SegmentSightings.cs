using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One segment as one or both hosts saw it; at least one of the times is known.</summary>
internal sealed record Sighting(string From, string To, Endpoint Origin, Endpoint Target, TcpFlags Flags, SegmentEvent Event, long? Sent, long? Received, IReadOnlyList<long> Seqs, bool Again)
{
    /// <summary>The first moment that is known of it.</summary>
    public long At => Sent ?? Received!.Value;

    /// <summary>Sequence numbers that it takes up.</summary>
    public uint Span => (uint)Event.Len + (Flags.Has(TcpFlags.Syn) ? 1u : 0) + (Flags.Has(TcpFlags.Fin) ? 1u : 0);

    public uint End => Event.SeqNo + Span;
}

/// <summary>Brings what the two hosts' captures tell together: a segment that both saw becomes one.</summary>
internal static class SegmentSightings
{
    /// <summary>Nanoseconds that a segment may be under way at most; what comes later is another one of the same content.</summary>
    private const long LongestFlight = 10_000_000_000;

    /// <summary>A receive may seem so much earlier than its send: where the hosts share a clock, and where theirs was estimated.</summary>
    private const long SameClock = 1_000_000, OtherClock = 1_000_000_000;

    private readonly record struct Content(string From, Endpoint Origin, Endpoint Target, uint Seq, uint Ack, TcpFlags Flags, int Len);

    public static IReadOnlyList<Sighting> Of(RunHeader header, IEnumerable<RunEvent> log, IReadOnlyList<CallEvent> calls)
    {
        HashSet<UInt128> known = KnownAddresses(header, calls);
        HostFacts? client = header.Hosts.FirstOrDefault(h => h.Name == HubRoutes.Client), server = header.Hosts.FirstOrDefault(h => h.Name == HubRoutes.Server);
        bool sameClock = client is not null && server is not null && client.SharesClockWith(server);
        bool shared = header.OneNamespace;

        var all = new List<Sighting>();
        foreach (SegmentEvent e in log.OfType<SegmentEvent>())
        {
            // Somebody else may use the port: only what passes between the hosts of the lab belongs to the picture.
            if (e.Host is not { } host || (e.Sent ?? e.Received) is null || !TcpFlagNames.TryParse(e.Flags, out TcpFlags flags)
                || !known.Contains(e.From.Unmapped().Bits) || !known.Contains(e.To.Unmapped().Bits))
                continue;
            Endpoint origin = e.From.Unmapped(), target = e.To.Unmapped();
            string from = e.Sent is null ? Other(host) : host;
            if (e is { Sent: not null, Received: not null })
            {
                // Loopback, seen once: the hosts share a namespace and both tell of it, or a host talks to itself.
                from = Owner(header, origin);
                if (!shared || (host != from && Captures(from == HubRoutes.Client ? client : server)))
                    continue;
            }
            all.Add(new Sighting(from, Other(from), origin, target, flags, e, e.Sent, e.Received, [e.Seq], e.Retransmission));
        }
        return Pair(all, sameClock ? SameClock : OtherClock);
    }

    public static bool Captures(HostFacts? host) => host?.Observes(SourceFact.Capture) ?? false;

    public static string Other(string host) => host == HubRoutes.Client ? HubRoutes.Server : HubRoutes.Client;

    private static List<Sighting> Pair(List<Sighting> all, long before)
    {
        var merged = new List<Sighting>(all.Count);
        foreach (IGrouping<Content, Sighting> same in all.GroupBy(s => new Content(s.From, s.Origin, s.Target, s.Event.SeqNo, s.Event.Ack, s.Flags, s.Event.Len)))
        {
            List<Sighting> sends = [.. same.Where(s => s.Received is null).OrderBy(s => s.At)];
            foreach (Sighting receive in same.Where(s => s.Sent is null).OrderBy(s => s.At))
            {
                Sighting? nearest = sends.Where(s => s.At <= receive.At + before && receive.At - s.At <= LongestFlight).MinBy(s => Math.Abs(receive.At - s.At));
                if (nearest is null)
                {
                    merged.Add(receive);
                    continue;
                }
                sends.Remove(nearest);
                merged.Add(nearest with
                {
                    Received = Math.Max(nearest.At, receive.At), Seqs = [.. nearest.Seqs, .. receive.Seqs], Again = nearest.Again || receive.Again,
                });
            }
            merged.AddRange(sends);
            merged.AddRange(same.Where(s => s is { Sent: not null, Received: not null }));
        }
        return [.. merged.OrderBy(s => s.At).ThenBy(s => s.Seqs[0])];
    }

    private static string Owner(RunHeader header, Endpoint end)
    {
        string address = end.Address.ToString();
        HostFacts[] has = [.. header.Hosts.Where(h => h.Address == address)];
        return has.Length == 1 ? has[0].Name : end.Port == header.Options.Port ? HubRoutes.Server : HubRoutes.Client;
    }

    private static HashSet<UInt128> KnownAddresses(RunHeader header, IReadOnlyList<CallEvent> calls)
    {
        var known = new HashSet<UInt128>();
        foreach (HostFacts host in header.Hosts)
        {
            if (System.Net.IPAddress.TryParse(host.Address, out System.Net.IPAddress? address))
                known.Add(Endpoint.Of(address, 0).Unmapped().Bits);
        }
        foreach (Endpoint end in calls.SelectMany(c => new[] { c.Local, c.Remote }).OfType<Endpoint>())
            known.Add(end.Unmapped().Bits);
        return known;
    }
}
