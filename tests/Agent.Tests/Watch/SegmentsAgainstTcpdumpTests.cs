using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.LocalHosts;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>What the agent tells of the segments on a port is what tcpdump prints of them at the same time.</summary>
public sealed class SegmentsAgainstTcpdumpTests
{
    private const int Port = 11_111;

    /// <summary>
    /// Nanoseconds. Where a packet bears its delivery time instead of a stamp, the kernel reads the clock once for each of us, one after the other
    /// (skb_clear_delivery_time,
    /// tpacket_rcv): 0.4 to 5 us apart here, and any time where a busy machine is interrupted in between, so only the median is held.
    /// </summary>
    private const long Apart = 10_000;

    private static (Type, string) Me(string method) => (typeof(SegmentsAgainstTcpdumpTests), method);

    [Fact]
    public Task Loopback_segments_are_those_of_tcpdump_and_come_once() =>
        CaptureNamespace.Run(
            Me(nameof(Loopback_segments_are_those_of_tcpdump_and_come_once)),
            () =>
            {
                foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
                {
                    var outbox = new Outbox();
                    using var watcher = new SegmentWatcher(new ForeignSieve(outbox), null);
                    Assert.True(watcher.IsOpen, $"{watcher.Refusal}");
                    watcher.Watch([Port]);
                    using var dump = TcpDump.Start("lo", Port);
                    Converse(Listener(address), Client(address), address);
                    IReadOnlyList<Dumped> theirs = dump.TakeUntil("R.");
                    watcher.Drain();
                    List<SegmentEvent> ours = Told(outbox);
                    Same(theirs, ours);
                    Assert.All(ours, e => Assert.True(e.Sent == e.T && e.Received == e.T));
                    Assert.True(ours[0].Mss > 1000 && ours[0].SackPermitted && ours[0].TsVal is not null && ours[0].Wscale is not null, $"{ours[0]}");
                }
                return Task.CompletedTask;
            }
        );

    [Fact]
    public Task Hosts_joined_by_veth_tell_of_what_they_sent_and_what_they_received() =>
        CaptureNamespace.Run(
            Me(nameof(Hosts_joined_by_veth_tell_of_what_they_sent_and_what_they_received)),
            async () =>
            {
                using HostThread client = new("client"),
                    server = new("server");
                Assert.Null(await HostNamespaces.Build(client, server, TextWriter.Null));
                Outbox clients = new(),
                    servers = new();
                using SegmentWatcher atClient = await client.Run(() => new SegmentWatcher(new ForeignSieve(clients), null)),
                    atServer = await server.Run(() => new SegmentWatcher(new ForeignSieve(servers), null));
                atClient.Watch([Port]);
                atServer.Watch([Port]);
                using TcpDump dumpClient = await client.Run(() => TcpDump.Start(LocalHostsContract.InNamespaces[0].Interface, Port)),
                    dumpServer = await server.Run(() => TcpDump.Start(LocalHostsContract.InNamespaces[0].Interface, Port));
                var address = IPAddress.Parse(LocalHostsContract.InNamespaces[1].Address);
                Converse(await server.Run(() => Listener(address)), await client.Run(() => Client(address)), address, await client.Run(() => Client(address)));

                IReadOnlyList<Dumped> theirClient = dumpClient.TakeUntil("R."),
                    theirServer = dumpServer.TakeUntil("R.");
                atClient.Drain();
                atServer.Drain();
                List<SegmentEvent> ourClient = Told(clients),
                    ourServer = Told(servers);
                Same(theirClient, ourClient);
                Same(theirServer, ourServer);
                Assert.Equal(ourClient.Count, ourServer.Count);
                Assert.All(ourClient, e => Assert.Equal(e.To.Port == Port, e.Sent is not null));
                Assert.All(ourServer, e => Assert.Equal(e.To.Port == Port, e.Received is not null));
                Assert.All(ourClient.Concat(ourServer), e => Assert.True(e.Sent is null != e.Received is null));
                // The same segments at both ends, on one clock: none arrives before it was sent.
                Assert.All(
                    ourClient,
                    e =>
                    {
                        SegmentEvent other = Assert.Single(
                            ourServer,
                            o => (o.From, o.SeqNo, o.Ack, o.Flags, o.Len) == (e.From, e.SeqNo, e.Ack, e.Flags, e.Len)
                        );
                        Assert.InRange((e.Received ?? other.Received!.Value) - (e.Sent ?? other.Sent!.Value), -1_000, 1_000_000_000);
                    }
                );
            }
        );

    [Fact]
    public Task Close_with_unread_data_is_a_RST() =>
        CaptureNamespace.Run(
            Me(nameof(Close_with_unread_data_is_a_RST)),
            () =>
            {
                var outbox = new Outbox();
                using var watcher = new SegmentWatcher(new ForeignSieve(outbox), null);
                watcher.Watch([Port]);
                using var dump = TcpDump.Start("lo", Port);
                using (
                    Socket listener = Listener(IPAddress.Loopback),
                        client = Client(IPAddress.Loopback)
                )
                {
                    client.Connect(IPAddress.Loopback, Port);
                    Socket accepted = listener.Accept();
                    client.Send("hello"u8);
                    accepted.Dispose();
                }
                IReadOnlyList<Dumped> theirs = dump.TakeUntil("R.");
                watcher.Drain();
                List<SegmentEvent> ours = Told(outbox);
                Same(theirs, ours);
                Assert.Equal("RST,ACK", ours[^1].Flags);
                Assert.Equal(Port, ours[^1].From.Port);
                return Task.CompletedTask;
            }
        );

    // The second client's attempt is refused, and the RST is the last segment that either side waits for.
    private static void Converse(Socket listener, Socket client, IPAddress address, Socket? refused = null)
    {
        using Socket late = refused ?? Client(address);
        byte[] buffer = new byte[100];
        client.Connect(address, Port);
        Socket accepted = listener.Accept();
        client.Send("hello"u8);
        Assert.Equal(5, accepted.Receive(buffer));
        accepted.Send(new byte[100]);
        Assert.Equal(100, client.Receive(buffer));
        accepted.Dispose();
        Assert.Equal(0, client.Receive(buffer));
        client.Dispose();
        listener.Dispose();
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => late.Connect(address, Port)).SocketErrorCode);
    }

    private static Socket Client(IPAddress address) => new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

    private static Socket Listener(IPAddress address)
    {
        Socket listener = Client(address);
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen(5);
        return listener;
    }

    private static List<SegmentEvent> Told(Outbox outbox)
    {
        var all = new List<RunEvent>();
        while (outbox.NextReport() is { Count: > 0 } items)
        {
            all.AddRange(items.Select(i => i.Event!));
            outbox.Acknowledge(items[^1].Number);
        }
        Assert.All(all, e => Assert.IsType<SegmentEvent>(e));
        return [.. all.Cast<SegmentEvent>()];
    }

    private static void Same(IReadOnlyList<Dumped> theirs, List<SegmentEvent> ours)
    {
        long offset = ClockSample.Measure().Offset;
        Assert.True(theirs.Count >= 6);
        Assert.Equal(theirs.Select(d => d.Line), ours.Select(Dumped.LineOf));
        Assert.Equal(theirs.Select(d => d.Wscale), ours.Select(o => o.Wscale));
        long[] apart = [.. theirs.Zip(ours, (t, o) => Math.Abs(o.T + offset - t.Stamp)).Order()];
        Assert.InRange(apart[apart.Length / 2], 0, Apart);
    }
}
