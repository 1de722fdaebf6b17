using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>Others' connections on a watched port do not crowd out the run's own.</summary>
public sealed class ForeignSieveTests
{
    private const ushort Port = 22222;

    private static readonly int Burst = ForeignSieve.Sample.Burst;

    private readonly Outbox _outbox = new(maxItems: 100_000);
    private readonly ForeignSieve _sieve;
    private long _now = ForeignSieve.TellEvery;

    public ForeignSieveTests()
    {
        _sieve = new(_outbox, () => _now);
        _sieve.Watch([Port]);
    }

    [Fact]
    public void Of_a_flood_a_sample_goes_on_and_the_rest_is_counted()
    {
        Flood(1_000);
        Assert.Equal(Burst, All().Count);
        _sieve.Tell();
        GapEvent gap = Assert.IsType<GapEvent>(Assert.Single(All()));
        Assert.Equal((1_000 - Burst, EvidenceSource.Capture, $"{1_000 - Burst}"), (gap.Lost, gap.Source, gap.Reason["flows"]));
        Flood(1, from: 5_000);
        _sieve.Tell();
        Assert.Empty(All());
        _now += ForeignSieve.TellEvery;
        _sieve.Tell();
        Assert.Equal(1, Assert.IsType<GapEvent>(Assert.Single(All())).Lost);
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("accept4")]
    public void What_turns_out_to_be_the_runs_own_follows_its_call_and_all_that_comes_after_goes_on(string call)
    {
        Flood(1_000);
        TcpEndpoint here = At("127.0.0.1:40000"),
            there = At($"127.0.0.1:{Port}");
        SegmentEvent syn = Segment(here, there),
            answer = Segment(there, here);
        _sieve.Add(syn);
        _sieve.Add(answer);
        All();
        _sieve.Made(
            new CallEvent
            {
                Call = call,
                Socket = "s1",
                Local = here,
                Remote = there,
                Args = new(),
            }
        );
        Assert.Equal([syn, answer], All());
        for (int i = 0; i < 2 * ForeignSieve.Sample.OfOne; i++)
            _sieve.Add(Segment(here, there));
        Assert.Equal(2 * ForeignSieve.Sample.OfOne, All().Count);
        _sieve.Tell();
        Assert.Equal(1_000 - Burst, Assert.IsType<GapEvent>(Assert.Single(All())).Lost);
    }

    [Fact]
    public void Listeners_and_what_is_on_other_ports_go_on()
    {
        Flood(1_000);
        All();
        _sieve.Add(
            new SocketEvent
            {
                Local = At($"0.0.0.0:{Port}"),
                Remote = At("0.0.0.0:0"),
                To = TcpState.Listen,
            }
        );
        _sieve.Add(Segment(At("127.0.0.1:1"), At("127.0.0.1:2")));
        Assert.Equal(2, All().Count);
    }

    [Fact]
    public void Another_watch_keeps_what_is_known_of_the_ports_that_stay()
    {
        TcpEndpoint here = At("127.0.0.1:40000"),
            there = At($"127.0.0.1:{Port}");
        _sieve.Made(
            new CallEvent
            {
                Call = "connect",
                Socket = "s1",
                Local = here,
                Remote = there,
                Args = new(),
            }
        );
        _sieve.Watch([Port, Port + 1]);
        Flood(1_000);
        All();
        _sieve.Add(Segment(here, there));
        Assert.Single(All());
        _sieve.Watch([Port + 1]);
        _sieve.Watch([Port]);
        Flood(1_000);
        Assert.Equal(Burst, All().Count);
        _sieve.Add(Segment(here, there));
        Assert.Empty(All());
    }

    private void Flood(int count, int from = 0)
    {
        for (int i = from; i < from + count; i++)
            _sieve.Add(Segment(TcpEndpoint.V4(0x0a000000 + (uint)i, 50_000), At($"127.0.0.1:{Port}")));
    }

    private static TcpEndpoint At(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint at) ? at : throw new FormatException(text);

    private static SegmentEvent Segment(TcpEndpoint from, TcpEndpoint to) =>
        new()
        {
            Source = EvidenceSource.Capture,
            From = from,
            To = to,
            Flags = "SYN",
        };

    // Everything that waits, acknowledged.
    private List<RunEvent> All()
    {
        var all = new List<RunEvent>();
        while (_outbox.NextReport() is { Count: > 0 } items)
        {
            all.AddRange(items.Select(i => i.Event!));
            _outbox.Acknowledge(items[^1].Number);
        }
        return all;
    }
}
