using CsCheck;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>Clocks of two hosts from round trips and segments, against offsets that are known.</summary>
public sealed class ClockFitTests
{
    private const string First = "client",
        Other = "server";

    private static readonly TcpEndpoint Client = TcpEndpoint.V4(1, 40_000),
        Server = TcpEndpoint.V4(2, 11_111);

    private sealed record Case(long TrueClient, long TrueServer, ClockEstimate Client, ClockEstimate Server, (bool FromClient, long At, long Flight)[] Flights);

    // A round trip's estimate is off by at most its uncertainty; segments fly for 0 to 100 us.
    private static readonly Gen<Case> Cases =
        from offsets in Gen.Select(Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000], Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000])
        from uncertainty in Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[0, 1_000_000])
        from wrong in Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1])
        from flights in Gen.Select(Gen.Bool, Gen.Long[0, 1_000_000_000], Gen.Long[0, 100_000]).Array[0, 20]
        select new Case(
            offsets.Item1,
            offsets.Item2,
            new(offsets.Item1 + (long)(wrong.Item1 * uncertainty.Item1), uncertainty.Item1),
            new(offsets.Item2 + (long)(wrong.Item2 * uncertainty.Item2), uncertainty.Item2),
            flights
        );

    private static SegmentEvent Segment(bool fromClient, uint number, long t, bool sent, bool again = false) =>
        new()
        {
            T = t,
            Host = fromClient == sent ? First : Other,
            From = fromClient ? Client : Server,
            To = fromClient ? Server : Client,
            Flags = "ACK",
            SeqNo = number,
            Sent = sent ? t : null,
            Received = sent ? null : t,
            Retransmission = again,
        };

    // An event's time on a host's own clock is the lab's less the host's offset.
    private static IEnumerable<(SegmentEvent Sent, SegmentEvent Received)> Segments(Case c) =>
        c.Flights.Select(
            (f, i) =>
                (
                    Segment(f.FromClient, (uint)i, f.At - (f.FromClient ? c.TrueClient : c.TrueServer), true),
                    Segment(f.FromClient, (uint)i, f.At + f.Flight - (f.FromClient ? c.TrueServer : c.TrueClient), false)
                )
        );

    // All as of one moment: nothing drifts.
    private static (ClockEstimate Client, ClockEstimate Server) Fit(Case c)
    {
        var flights = new SegmentFlights(First);
        foreach ((SegmentEvent sent, SegmentEvent received) in Segments(c))
        {
            flights.Add(sent, 0, c.Client.Interval - c.Server.Interval);
            flights.Add(received, 0, c.Client.Interval - c.Server.Interval);
        }
        return ClockFit.Tighten(c.Client, c.Server, flights.Difference(0), flights.Consistent);
    }

    [Fact]
    public void The_truth_stays_within_the_uncertainty_which_never_grows() =>
        Cases.Sample(c =>
        {
            (ClockEstimate client, ClockEstimate server) = Fit(c);
            return Math.Abs(client.Offset - c.TrueClient) <= client.Uncertainty
                && Math.Abs(server.Offset - c.TrueServer) <= server.Uncertainty
                && server.Uncertainty <= c.Server.Uncertainty
                && client.Uncertainty <= 2 * c.Client.Uncertainty;
        });

    [Fact]
    public void With_one_host_on_the_labs_clock_no_uncertainty_grows() =>
        Cases.Sample(c =>
        {
            Case onLab = c with { TrueServer = 0, Server = default };
            (ClockEstimate client, ClockEstimate server) = Fit(onLab);
            return server == default && client.Uncertainty <= c.Client.Uncertainty && Math.Abs(client.Offset - c.TrueClient) <= client.Uncertainty;
        });

    [Fact]
    public void No_segment_arrives_before_it_was_sent() =>
        Cases.Sample(c =>
        {
            (ClockEstimate client, ClockEstimate server) = Fit(c);
            long Placed(SegmentEvent e) => e.T + (e.Host == First ? client.Offset : server.Offset);
            return Segments(c).All(s => Placed(s.Received) >= Placed(s.Sent));
        });

    [Fact]
    public void What_is_known_less_well_with_time_is_still_in_order_where_one_offset_can_place_it_so() =>
        Cases.Sample(c =>
        {
            var flights = new SegmentFlights(First);
            ClockInterval possible = c.Client.Interval - c.Server.Interval;
            (SegmentEvent Sent, SegmentEvent Received)[] segments = [.. Segments(c)];
            for (int i = 0; i < segments.Length; i++)
            {
                flights.Add(segments[i].Sent, c.Flights[i].At, possible);
                flights.Add(segments[i].Received, c.Flights[i].At + c.Flights[i].Flight, possible);
            }
            const long now = 60_000_000_000;
            (ClockEstimate client, ClockEstimate server) = ClockFit.Tighten(
                (c.Client with { At = 0 }).Aged(now),
                (c.Server with { At = 0 }).Aged(now),
                flights.Difference(now),
                flights.Consistent
            );
            long Placed(SegmentEvent e) => e.T + (e.Host == First ? client.Offset : server.Offset);
            return segments.All(s => Placed(s.Received) >= Placed(s.Sent));
        });

    [Fact]
    public void Segments_in_both_directions_bound_the_clock_by_their_fastest_flights()
    {
        // Known to 1 ms over the link; 30 and 20 us under way.
        var c = new Case(7_000_000_000, 0, new(7_000_900_000, 1_000_000), default, [(true, 0, 30_000), (false, 100, 20_000), (true, 200, 500_000)]);
        Assert.Equal(new ClockEstimate(7_000_005_000, 25_000), Fit(c).Client);
    }

    [Fact]
    public void A_pair_that_cannot_be_one_segment_is_passed_over()
    {
        var flights = new SegmentFlights(First);
        ClockInterval possible = ClockInterval.Around(0, 1_000_000);
        // What arrived had been sent a second before the copy that was seen to leave.
        Assert.False(flights.Add(Segment(true, 1, 1_000_000_000, sent: true), 0, possible));
        Assert.False(flights.Add(Segment(true, 1, 20_000, sent: false), 0, possible));
        Assert.False(flights.Add(Segment(true, 2, 10, sent: true, again: true), 0, possible));
        Assert.False(flights.Add(Segment(true, 2, 30, sent: false), 0, possible));
        Assert.Equal(ClockInterval.Unknown, flights.Difference(0));
        Assert.False(flights.Add(Segment(true, 3, 30, sent: true), 0, possible));
        Assert.True(flights.Add(Segment(true, 3, 60, sent: false), 0, possible));
        Assert.Equal(30, flights.Difference(0).Most);
    }

    [Fact]
    public void Measurements_that_contradict_each_other_leave_what_the_link_said()
    {
        ClockEstimate client = new(1_000, 10),
            server = new(0, 10);
        Assert.Equal((client, server), ClockFit.Tighten(client, server, new(5_000, 6_000), ClockInterval.Unknown));
    }

    private sealed record Drifting(double ClientRate, double ServerRate, (bool Link, bool FromClient, long At, long Flight, long Late)[] Seen, long Asked);

    // Each clock is off by 0 when the lab's shows 0, and gains or loses up to 10 millionths, so that any two come apart by at most 20. A minute or two of
    // segments and round trips,
    // of which each is told of some time later.
    private static readonly Gen<Drifting> Drifts =
        from rates in Gen.Select(Gen.Double[-1e-5, 1e-5], Gen.Double[-1e-5, 1e-5])
        from seen in Gen.Select(Gen.Bool, Gen.Bool, Gen.Long[0, 100_000_000_000], Gen.Long[0, 100_000], Gen.Long[0, 1_000_000_000]).Array[1, 30]
        from asked in Gen.Long[0, 30_000_000_000]
        select new Drifting(rates.Item1, rates.Item2, seen, asked);

    [Fact]
    public void Of_clocks_that_drift_the_truth_is_always_within_what_is_shown() =>
        Drifts.Sample(c =>
        {
            double Rate(bool client) => client ? c.ClientRate : c.ServerRate;
            long Truth(bool client, long at) => (long)Math.Round(at * Rate(client));
            AgentSeat client = new(First),
                server = new(Other);
            var flights = new SegmentFlights(First);
            AgentSeat[] seats = [client, server];
            foreach (AgentSeat seat in seats)
                seat.Measure(new(0, 1_000_000, 0));
            long now = 0;
            uint number = 0;
            foreach ((bool link, bool fromClient, long at, long flight, long late) in c.Seen.OrderBy(s => s.At + s.Late))
            {
                now = Math.Max(now, at + late);
                if (link)
                {
                    seats[fromClient ? 0 : 1].Measure(new(Truth(fromClient, now) + flight / 2, flight, now));
                }
                else
                {
                    ClockInterval possible = client.Measured!.Value.Aged(at).Interval - server.Measured!.Value.Aged(at).Interval;
                    flights.Add(Segment(fromClient, ++number, at - Truth(fromClient, at), true), at, possible);
                    flights.Add(Segment(fromClient, number, at + flight - Truth(!fromClient, at + flight), false), at + flight, possible);
                }
                (ClockEstimate one, ClockEstimate other) = ClockFit.Tighten(
                    client.Measured!.Value.Aged(now),
                    server.Measured!.Value.Aged(now),
                    flights.Difference(now),
                    flights.Consistent
                );
                client.Tighten(one);
                server.Tighten(other);
            }
            long shown = now + c.Asked;
            return seats.All(s =>
                s.Clock is { } clock
                && Math.Abs(clock.Offset - Truth(s == client, now)) <= clock.Uncertainty + 2
                && Math.Abs(clock.Offset - Truth(s == client, shown)) <= clock.Aged(shown).Uncertainty + 2
                && Math.Abs(clock.Offset - Truth(s == client, 0)) <= clock.UncertaintyOver(0, shown) + 2
            );
        });

    [Fact]
    public void A_bound_of_five_seconds_ago_is_worth_less_by_what_the_clocks_may_have_drifted()
    {
        // SYN at 0 s, its answer 5 s later: each flew for 1 us, and the client's clock had lost 100 us meanwhile.
        const long later = 5_000_000_000,
            lost = 100_000;
        ClockInterval possible = ClockInterval.Around(0, 1_000_000);
        var flights = new SegmentFlights(First);
        flights.Add(Segment(true, 1, 0, sent: true), 0, possible);
        flights.Add(Segment(true, 1, 1_000, sent: false), 1_000, possible);
        flights.Add(Segment(false, 2, later, sent: true), later, possible);
        flights.Add(Segment(false, 2, later + 1_000 - lost, sent: false), later + 1_000, possible);
        ClockInterval difference = flights.Difference(later + 1_000);
        Assert.Equal((lost - 1_000, lost + 1_000), (difference.Least, difference.Most));
        // Another 5 s later, and as of the beginning.
        Assert.Equal((lost - 1_000 - lost, lost + 1_000 + lost), (flights.Difference(2 * later + 1_000).Least, flights.Difference(2 * later + 1_000).Most));
        Assert.InRange(0, flights.Difference(0).Least, flights.Difference(0).Most);
    }

    [Fact]
    public void The_labs_own_clock_stays_exact()
    {
        Assert.Equal(default, default(ClockEstimate).Aged(long.MaxValue));
        Assert.Equal(0, default(ClockEstimate).UncertaintyOver(0, 60_000_000_000));
    }
}
