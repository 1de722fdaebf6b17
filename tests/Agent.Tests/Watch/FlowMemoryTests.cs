using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class FlowMemoryTests
{
    private static readonly TcpEndpoint A = TcpEndpoint.V4(0x0a00_0001, 40_000),
        B = TcpEndpoint.V4(0x0a00_0002, 11_111);

    private readonly FlowMemory _memory = new();
    private long _at;

    private Sighting See(uint seq, int length = 0, TcpFlags flags = TcpFlags.Ack, int on = 2, TcpEndpoint? from = null, long after = 1_000_000_000) =>
        _memory.See(
            new TcpSegment
            {
                Source = from ?? A,
                Destination = B,
                Seq = seq,
                Length = length,
                Flags = flags,
            },
            outgoing: true,
            on,
            _at += after
        );

    [Fact]
    public void The_same_numbers_again_are_a_retransmission()
    {
        Assert.Equal(Sighting.New, See(100, flags: TcpFlags.Syn));
        Assert.Equal(Sighting.Retransmission, See(100, flags: TcpFlags.Syn));
        Assert.Equal(Sighting.New, See(101, 500));
        Assert.Equal(Sighting.Retransmission, See(101, 500));
        Assert.Equal(Sighting.Retransmission, See(301, 400));
        Assert.Equal(Sighting.New, See(701, flags: TcpFlags.Fin | TcpFlags.Ack));
        Assert.Equal(Sighting.Retransmission, See(701, flags: TcpFlags.Fin | TcpFlags.Ack));
    }

    [Fact]
    public void What_takes_up_no_numbers_is_none()
    {
        See(100, 10);
        Assert.Equal(Sighting.New, See(110));
        Assert.Equal(Sighting.New, See(110));
        // A keep-alive probe: one below, and empty.
        Assert.Equal(Sighting.New, See(109));
        Assert.Equal(Sighting.New, See(110, flags: TcpFlags.Rst));
    }

    [Fact]
    public void What_comes_late_but_first_is_new()
    {
        See(100, 10);
        Assert.Equal(Sighting.New, See(130, 10));
        Assert.Equal(Sighting.New, See(115, 5));
        Assert.Equal(Sighting.Retransmission, See(115, 5));
        Assert.Equal(Sighting.New, See(110, 5));
        Assert.Equal(Sighting.New, See(120, 10));
        Assert.Equal(Sighting.Retransmission, See(120, 10));
        Assert.Equal(Sighting.New, See(140, 1));
    }

    [Fact]
    public void Numbers_wrap_around()
    {
        See(uint.MaxValue - 4, 10);
        Assert.Equal(Sighting.New, See(5, 10));
        Assert.Equal(Sighting.Retransmission, See(uint.MaxValue - 4, 10));
    }

    [Fact]
    public void A_new_SYN_begins_anew()
    {
        See(5000, flags: TcpFlags.Syn);
        See(5001, 100);
        Assert.Equal(Sighting.New, See(1000, flags: TcpFlags.Syn));
        Assert.Equal(Sighting.New, See(1001, 100));
    }

    [Fact]
    public void The_same_frame_on_an_interface_below_is_a_copy()
    {
        See(100, 10, on: 5);
        Assert.Equal(Sighting.Copy, See(100, 10, on: 2, after: 3_000));
        Assert.Equal(Sighting.Retransmission, See(100, 10, on: 5, after: 200_000_000));
        Assert.Equal(Sighting.Copy, See(100, 10, on: 2, after: 3_000));
    }

    [Fact]
    public void Remembers_so_many_flows_and_forgets_the_one_unused_for_longest()
    {
        for (int i = 0; i < FlowMemory.MaxFlows; i++)
            See(7, 1, from: A.WithPort((ushort)i));
        See(8, 1, from: A.WithPort(0));
        See(7, 1, from: A.WithPort(60_000));
        Assert.Equal(Sighting.Retransmission, See(8, 1, from: A.WithPort(0)));
        Assert.Equal(Sighting.Retransmission, See(7, 1, from: A.WithPort(2)));
        Assert.Equal(Sighting.New, See(7, 1, from: A.WithPort(1)));
    }

    [Fact]
    public void Allocates_nothing_once_it_is_full()
    {
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 5_000; i++)
                See((uint)i, 1, from: A.WithPort((ushort)i));
            if (round == 1)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
