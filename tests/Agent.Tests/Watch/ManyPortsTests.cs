using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>As many ports as may be watched at once, by every filter that runs in the kernel.</summary>
public sealed class ManyPortsTests
{
    private const int First = 20_000;

    private static readonly int[] All = [.. Enumerable.Range(First, WatchOrder.MaxPorts)],
        Tried = [First, First + WatchOrder.MaxPorts / 2, First + WatchOrder.MaxPorts - 1];

    [Fact]
    public Task The_capture_lets_each_pass_and_no_other() =>
        Inside(
            nameof(The_capture_lets_each_pass_and_no_other),
            () =>
            {
                foreach (IPAddress at in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
                {
                    using PacketSocket socket = PacketSocket.Open(out _)!;
                    Assert.Null(socket.Watch([.. All.Select(p => (ushort)p)], loopbackOnce: true));
                    foreach (int port in Tried)
                    {
                        Connection(at, port);
                        Assert.Contains(port, Captured(socket));
                    }
                    Connection(at, First - 1);
                    Connection(at, First + WatchOrder.MaxPorts);
                    Assert.Empty(Captured(socket));
                }
            }
        );

    [Fact]
    public Task The_dump_has_each_and_no_other() =>
        Inside(
            nameof(The_dump_has_each_and_no_other),
            () =>
            {
                Socket[] listeners =
                [
                    .. Tried.Append(First - 1).Append(First + WatchOrder.MaxPorts).Select(port => TracedHost.Listener(IPAddress.Loopback, port)),
                ];
                using SockDiag diag = SockDiag.Open(out _)!;
                var found = new List<DiagSocket>();
                Assert.Equal(0, diag.Dump([.. All.Select(p => (ushort)p)], SockDiag.States(TcpState.Listen), found));
                Assert.Equal(Tried, found.Select(s => (int)s.Pair.Local.Port).Order());
                Array.ForEach(listeners, l => l.Dispose());
            }
        );

    [Fact]
    public Task The_trace_tells_of_each_and_of_no_other()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Tracing needs root: start the tests with sudo.");
        return Inside(
            nameof(The_trace_tells_of_each_and_of_no_other),
            () =>
            {
                using TracedHost host = TracedHost.Here(First, new RowFilter(All, null, _ => true));
                foreach (int port in Tried.Append(First - 1).Append(First + WatchOrder.MaxPorts))
                    Connection(IPAddress.Loopback, port);
                host.Look();
                Assert.Equal(Tried, host.States.Where(e => e.To == TcpState.Listen).Select(e => (int)e.Socket.Local.Port).Order());
                Assert.All(host.States, e => Assert.True(All.Contains(e.Socket.Local.Port) || All.Contains(e.Socket.Remote.Port)));
            }
        );
    }

    private static HashSet<int> Captured(PacketSocket socket)
    {
        var ports = new HashSet<int>();
        while (socket.Receive(out _) is > 0 and var count)
        {
            for (int i = 0; i < count; i++)
            {
                CapturedPacket packet = socket.Packet(i);
                if (SegmentParser.TryParse(packet.Octets, packet.WireLength, FrameKind.RawIp, out TcpSegment segment))
                    ports.Add(segment.Flags.Has(TcpFlags.Ack) ? segment.Source.Port : segment.Destination.Port);
            }
        }
        return ports;
    }

    private static void Connection(IPAddress at, int port)
    {
        using Socket listener = TracedHost.Listener(at, port),
            client = TracedHost.Connected(at, port),
            accepted = listener.Accept();
    }

    private static Task Inside(string test, Action body) =>
        CaptureNamespace.Run(
            (typeof(ManyPortsTests), test),
            () =>
            {
                body();
                return Task.CompletedTask;
            }
        );
}
