using CsCheck;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>Clocks of two hosts from round trips and segments, against offsets that are known.</summary>
public sealed class ClockFitTests
{
    private static readonly Endpoint Client = Endpoint.V4(1, 40_000), Server = Endpoint.V4(2, 11_111);

    private sealed record Case(long TrueClient, long TrueServer, ClockEstimate Client, ClockEstimate Server, (bool FromClient, long At, long Flight)[] Flights);

    // A round trip's estimate is off by at most its uncertainty; segments fly for 0 to 100 us.
    private static readonly Gen<Case> Cases =
        from offsets in Gen.Select(Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000], Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000])
        from uncertainty in Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[0, 1_000_000])
        from wrong in Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1])
        from flights in Gen.Select(Gen.Bool, Gen.Long[0, 1_000_000_000], Gen.Long[0, 100_000]).Array[0, 20]
        select new Case(offsets.Item1, offsets.Item2, new(offsets.Item1 + (long)(wrong.Item1 * uncertainty.Item1), uncertainty.Item1),
            new(offsets.Item2 + (long)(wrong.Item2 * uncertainty.Item2), uncertainty.Item2), flights);

    private static SegmentEvent Segment(bool fromClient, uint number, long t, bool sent, bool again = false) => new()
    {
        T = t, Host = fromClient == sent ? HubRoutes.Client : HubRoutes.Server, From = fromClient ? Client : Server, To = fromClient ? Server : Client, Flags = "ACK", SeqNo = number,
        Sent = sent ? t : null, Received = sent ? null : t, Retransmission = again,
    };

    // An event's time on a host's own clock is the lab's less the host's offset.
    private static IEnumerable<(SegmentEvent Sent, SegmentEvent Received)> Segments(Case c) => c.Flights.Select((f, i) => (
        Segment(f.FromClient, (uint)i, f.At - (f.FromClient ? c.TrueClient : c.TrueServer), true),
        Segment(f.FromClient, (uint)i, f.At + f.Flight - (f.FromClient ? c.TrueServer : c.TrueClient), false)));

    private static (ClockEstimate Client, ClockEstimate Server) Fit(Case c)
    {
        var flights = new SegmentFlights();
        foreach ((SegmentEvent sent, SegmentEvent received) in Segments(c))
        {
            flights.Take(sent, c.Client.Interval - c.Server.Interval);
            flights.Take(received, c.Client.Interval - c.Server.Interval);
        }
        return ClockFit.Tighten(c.Client, c.Server, flights.Difference);
    }

    [Fact]
    public void The_truth_stays_within_the_uncertainty_which_never_grows() => Cases.Sample(c =>
    {
        (ClockEstimate client, ClockEstimate server) = Fit(c);
        return Math.Abs(client.Offset - c.TrueClient) <= client.Uncertainty && Math.Abs(server.Offset - c.TrueServer) <= server.Uncertainty
            && server.Uncertainty <= c.Server.Uncertainty && client.Uncertainty <= 2 * c.Client.Uncertainty;
    });

    [Fact]
    public void With_one_host_on_the_labs_clock_no_uncertainty_grows() => Cases.Sample(c =>
    {
        Case onLab = c with { TrueServer = 0, Server = default };
        (ClockEstimate client, ClockEstimate server) = Fit(onLab);
        return server == default && client.Uncertainty <= c.Client.Uncertainty && Math.Abs(client.Offset - c.TrueClient) <= client.Uncertainty;
    });

    [Fact]
    public void No_segment_arrives_before_it_was_sent() => Cases.Sample(c =>
    {
        (ClockEstimate client, ClockEstimate server) = Fit(c);
        long Placed(SegmentEvent e) => e.T + (e.Host == HubRoutes.Client ? client.Offset : server.Offset);
        return Segments(c).All(s => Placed(s.Received) >= Placed(s.Sent));
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
        var flights = new SegmentFlights();
        ClockInterval possible = ClockInterval.Around(0, 1_000_000);
        // What arrived had been sent a second before the copy that was seen to leave.
        Assert.False(flights.Take(Segment(true, 1, 1_000_000_000, sent: true), possible));
        Assert.False(flights.Take(Segment(true, 1, 20_000, sent: false), possible));
        Assert.False(flights.Take(Segment(true, 2, 10, sent: true, again: true), possible));
        Assert.False(flights.Take(Segment(true, 2, 30, sent: false), possible));
        Assert.Equal(ClockInterval.Unknown, flights.Difference);
        Assert.False(flights.Take(Segment(true, 3, 30, sent: true), possible));
        Assert.True(flights.Take(Segment(true, 3, 60, sent: false), possible));
        Assert.Equal(30, flights.Difference.Most);
    }

    [Fact]
    public void Measurements_that_contradict_each_other_leave_what_the_link_said()
    {
        ClockEstimate client = new(1_000, 10), server = new(0, 10);
        Assert.Equal((client, server), ClockFit.Tighten(client, server, new(5_000, 6_000)));
    }
}
