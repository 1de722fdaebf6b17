using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.LocalHosts;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>The capture on the real kernel, where no other tool is needed as a witness.</summary>
public sealed class SegmentWatcherTests
{
    private const int Port = 11_111;

    private static (Type, string) Me(string method) => (typeof(SegmentWatcherTests), method);

    [Fact]
    public Task Two_agents_on_one_loopback_tell_each_of_its_own_end() =>
        CaptureNamespace.Run(
            Me(nameof(Two_agents_on_one_loopback_tell_each_of_its_own_end)),
            () =>
            {
                Outbox clients = new(),
                    servers = new();
                IPAddress clientAddress = IPAddress.Parse(LocalHostsContract.OnLoopback[0].Address),
                    serverAddress = IPAddress.Parse(LocalHostsContract.OnLoopback[1].Address);
                using SegmentWatcher atClient = new(new ForeignSieve(clients), new RowsOption([clientAddress], false)),
                    atServer = new(new ForeignSieve(servers), new RowsOption([serverAddress], true));
                atClient.Watch([Port]);
                atServer.Watch([Port]);
                Connection(clientAddress, serverAddress);
                atClient.Drain();
                atServer.Drain();
                List<SegmentEvent> atC = Segments(clients),
                    atS = Segments(servers);
                Assert.Equal("SYN", atC[0].Flags);
                Assert.Equal(atC.Count, atS.Count);
                foreach ((SegmentEvent c, SegmentEvent s) in atC.Zip(atS))
                {
                    Assert.Equal((c.From, c.To, c.SeqNo, c.Ack, c.Flags), (s.From, s.To, s.SeqNo, s.Ack, s.Flags));
                    bool fromClient = c.From.Address.Equals(clientAddress);
                    (SegmentEvent sender, SegmentEvent receiver) = fromClient ? (c, s) : (s, c);
                    Assert.Equal((sender.T, null), (sender.Sent, sender.Received));
                    Assert.Equal((null, receiver.T), (receiver.Sent, receiver.Received));
                    Assert.InRange(receiver.T - sender.T, -1_000, 1_000_000_000);
                }
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task Of_IPv6_with_extension_headers_only_TCP_passes_the_kernels_filter() =>
        CaptureNamespace.Run(
            Me(nameof(Of_IPv6_with_extension_headers_only_TCP_passes_the_kernels_filter)),
            () =>
            {
                using PacketSocket socket = PacketSocket.Open(out _)!;
                Assert.Null(socket.Watch([Port], loopbackOnce: true));
                // Reports of multicast listeners (ICMPv6 behind a hop-by-hop header), which the kernel sends when a link comes up; its firewall counts them.
                CProgram.Tool(
                    "nft",
                    "add table ip6 t; add chain ip6 t c { type filter hook output priority 0; }; add rule ip6 t c icmpv6 type mld2-listener-report counter"
                );
                CProgram.Tool("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1");
                foreach (string link in (string[])["v0", "v1"])
                    CProgram.Tool("ip", "link", "set", link, "up");
                for (long begun = Environment.TickCount64; CProgram.Tool("nft", "list", "table", "ip6", "t").Contains("packets 0 ", StringComparison.Ordinal); )
                    Assert.True(Environment.TickCount64 - begun < 20_000, "The kernel sends no report.");
                Assert.Equal(0, Count(socket));

                // The same header before TCP, and another: IPV6_HOPOPTS and IPV6_DSTOPTS, six octets of padding (PadN) in every packet of the client.
                const int levelV6 = 41,
                    hopByHop = 54,
                    destination = 59;
                using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
                listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, Port));
                listener.Listen(2);
                foreach ((int option, int header) in new[] { (hopByHop, 0), (destination, 60) })
                {
                    using var client = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
                    client.SetRawSocketOption(levelV6, option, [0, 0, 1, 4, 0, 0, 0, 0]);
                    client.Connect(IPAddress.IPv6Loopback, Port);
                    int received = socket.Receive(out int errno),
                        syns = 0;
                    Assert.True(received >= 3, "SYN and ACK with the header, and SYN,ACK without");
                    Assert.Equal(0, errno);
                    for (int i = 0; i < received; i++)
                    {
                        CapturedPacket packet = socket.Packet(i);
                        Assert.True(SegmentParser.TryParse(packet.Octets, packet.WireLength, FrameKind.RawIp, out TcpSegment segment));
                        // The delayed ACK of the connection before may come first.
                        if (segment.Flags != TcpFlags.Syn)
                            continue;
                        Assert.Equal((header, Port), (packet.Octets[6], segment.Destination.Port));
                        syns++;
                    }
                    Assert.Equal(1, syns);
                    client.Close();
                    while (socket.Receive(out _) > 0)
                        continue;
                }
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task Only_watched_ports_are_told_and_none_after_the_watch() =>
        CaptureNamespace.Run(
            Me(nameof(Only_watched_ports_are_told_and_none_after_the_watch)),
            () =>
            {
                var outbox = new Outbox();
                using var watcher = new SegmentWatcher(new ForeignSieve(outbox), null);
                Connection(IPAddress.Loopback, IPAddress.Loopback);
                watcher.Drain();
                Assert.Empty(Segments(outbox));
                watcher.Watch([1, 2, 3, 4, 5, 6, 7, Port]);
                Connection(IPAddress.Loopback, IPAddress.Loopback, Port + 1);
                Connection(IPAddress.Loopback, IPAddress.Loopback);
                watcher.Drain();
                List<SegmentEvent> told = Segments(outbox);
                Assert.Equal(["SYN", "SYN,ACK", "ACK"], told.Take(3).Select(e => e.Flags));
                Assert.All(told, e => Assert.True(e.From.Port == Port || e.To.Port == Port));
                watcher.Watch([]);
                Connection(IPAddress.Loopback, IPAddress.Loopback);
                watcher.Drain();
                Assert.Empty(Segments(outbox));
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task A_SYN_that_nobody_answers_is_sent_again_and_named_so() =>
        CaptureNamespace.Run(
            Me(nameof(A_SYN_that_nobody_answers_is_sent_again_and_named_so)),
            async () =>
            {
                using HostThread client = new("client"),
                    server = new("server");
                Assert.Null(await HostNamespaces.Build(client, server, TextWriter.Null));
                var outbox = new Outbox();
                using SegmentWatcher watcher = await client.Run(() => new SegmentWatcher(new ForeignSieve(outbox), null));
                watcher.Watch([Port]);
                // A neighbour that is not there: its frames leave and are answered by nobody.
                const string nobody = "192.168.122.99";
                await client.Run(() =>
                    CProgram.Tool("ip", "neigh", "add", nobody, "lladdr", "02:00:00:00:00:99", "dev", LocalHostsContract.InNamespaces[0].Interface)
                );
                using Socket socket = await client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
                Assert.Equal(SocketError.WouldBlock, Assert.Throws<SocketException>(() => socket.Connect(IPAddress.Parse(nobody), Port)).SocketErrorCode);

                // Nobody drains by hand here: the watcher's own thread tells as they come.
                var told = new List<SegmentEvent>();
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                while (told.Count < 3)
                {
                    await outbox.WaitAsync(limit.Token);
                    told.AddRange(Segments(outbox));
                }
                Assert.All(told, e => Assert.Equal(("SYN", told[0].SeqNo, null), (e.Flags, e.SeqNo, e.Received)));
                Assert.Equal([false, true, true], told.Take(3).Select(e => e.Retransmission));
                Assert.InRange((told[1].T - told[0].T) / 1e9, 0.9, 1.5);
            }
        );

    [Fact]
    public Task What_finds_the_buffer_full_is_counted() =>
        CaptureNamespace.Run(
            Me(nameof(What_finds_the_buffer_full_is_counted)),
            () =>
            {
                using PacketSocket small = PacketSocket.Open(out _, receiveBuffer: 1)!,
                    large = PacketSocket.Open(out _)!;
                Assert.Null(small.Watch([Port], loopbackOnce: true));
                Assert.Null(large.Watch([Port], loopbackOnce: true));
                for (int i = 0; i < 20; i++)
                    Connection(IPAddress.Loopback, IPAddress.Loopback);
                int kept = Count(small),
                    all = Count(large);
                long dropped = small.TakeDrops();
                Assert.True(all > 100);
                Assert.True(dropped > 0);
                Assert.Equal(all, kept + dropped);
                Assert.Equal(0, large.TakeDrops());
                Assert.Equal(0, small.TakeDrops());
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task Without_CAP_NET_RAW_there_is_no_capture_and_the_reason_is_told() =>
        CaptureNamespace.Run(
            Me(nameof(Without_CAP_NET_RAW_there_is_no_capture_and_the_reason_is_told)),
            () =>
            {
                var outbox = new Outbox();
                using var watcher = new SegmentWatcher(new ForeignSieve(outbox), null);
                Assert.False(watcher.IsOpen);
                Assert.Equal("socket(AF_PACKET, SOCK_DGRAM, 0): Operation not permitted (EPERM)", $"{watcher.Refusal}");
                watcher.Watch([Port]);
                watcher.Drain();
                Assert.Empty(outbox.NextReport());
                return Task.CompletedTask;
            },
            without: "net_raw"
        );

    private static void Connection(IPAddress from, IPAddress to, int port = Port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(to, port));
        listener.Listen(1);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Bind(new IPEndPoint(from, 0));
        client.Connect(to, port);
        using Socket accepted = listener.Accept();
        client.Send("hello"u8);
        Assert.Equal(5, accepted.Receive(new byte[10]));
    }

    private static int Count(PacketSocket socket)
    {
        int all = 0;
        while (socket.Receive(out _) is > 0 and var count)
            all += count;
        return all;
    }

    private static List<SegmentEvent> Segments(Outbox outbox)
    {
        var all = new List<SegmentEvent>();
        while (outbox.NextReport() is { Count: > 0 } items)
        {
            all.AddRange(items.Select(i => Assert.IsType<SegmentEvent>(i.Event)));
            outbox.Acknowledge(items[^1].Number);
        }
        return all;
    }
}
