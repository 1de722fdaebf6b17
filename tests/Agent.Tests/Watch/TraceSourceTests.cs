using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.LocalHosts;
using ReuseAddrDashboard.Agent.Rights;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>The tracepoints of the real kernel. Tracing needs root outside any user namespace; elsewhere these tests say so and are skipped.</summary>
public sealed class TraceSourceTests
{
    private const int Port = 11_111,
        ClientPort = 40_000;
    private static readonly IPAddress Server = IPAddress.Parse(LocalHostsContract.InNamespaces[1].Address);

    private static Task Run(string method, Func<Task> body, string? without = null)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Tracing needs root: start the tests with sudo.");
        return CaptureNamespace.Run((typeof(TraceSourceTests), method), body, without);
    }

    [Fact]
    public Task The_whole_life_of_a_connection_is_told_at_both_ends_in_order() =>
        Run(
            nameof(The_whole_life_of_a_connection_is_told_at_both_ends_in_order),
            async () =>
            {
                using HostThread client = new("client"),
                    server = new("server");
                Assert.Null(await HostNamespaces.Build(client, server, TextWriter.Null));
                using TracedHost c = await TracedHost.On(client, Port),
                    s = await TracedHost.On(server, Port);
                using Socket listener = await server.Run(() => TracedHost.Listener(IPAddress.Any, Port));
                using Socket connected = await client.Run(() => TracedHost.Connected(Server, Port, ClientPort));
                listener.Accept().Dispose();
                await s.Until(e => e.To == TcpState.FinWait2 && e.Timer is not null);
                connected.Dispose();
                StateEvent wait = await s.Until(e => e.To == TcpState.TimeWait);
                listener.Dispose();
                CallResult destroyed = await server.Run(() => Destroy(wait.Socket));
                Assert.True(destroyed.Succeeded, $"{destroyed}");
                s.Look();
                c.Look();

                Assert.Equal(["UNCONN SYN-SENT", "SYN-SENT ESTAB", "ESTAB CLOSE-WAIT", "CLOSE-WAIT LAST-ACK", "LAST-ACK UNCONN"], c.Changes(ClientPort));
                Assert.Equal(
                    [
                        "UNCONN LISTEN",
                        "- SYN-RECV",
                        "SYN-RECV ESTAB",
                        "ESTAB FIN-WAIT-1",
                        "FIN-WAIT-1 FIN-WAIT-2",
                        "FIN-WAIT-2 FIN-WAIT-2",
                        "FIN-WAIT-2 TIME-WAIT",
                        "LISTEN UNCONN",
                        "TIME-WAIT -",
                    ],
                    s.Changes(Port)
                );
                Assert.Equal(c.States.Count + s.States.Count, c.All.Count + s.All.Count);
                Assert.All(c.States.Zip(c.States.Skip(1)).Concat(s.States.Zip(s.States.Skip(1))), pair => Assert.True(pair.First.T <= pair.Second.T));
                Assert.All(c.States.Concat(s.States), e => Assert.Equal((EvidenceSource.Trace, null), (e.Source, e.After)));

                // Every address is known, also where the kernel names none yet: of the connecting socket the port, of the accepted one the peer.
                TcpEndpoint here = TcpEndpoint.Of(IPAddress.Parse(LocalHostsContract.InNamespaces[0].Address), ClientPort),
                    there = TcpEndpoint.Of(Server, Port);
                Assert.All(c.States, e => Assert.Equal(new SocketPair(here, there), e.Socket));
                Assert.All(s.States.Where(e => e.Socket.Remote.Port != 0), e => Assert.Equal(new SocketPair(there, here), e.Socket));

                // The timer is a minute at its start, and the clock is the one of every event.
                Assert.Equal(TimerKind.TimeWait, wait.Timer!.Value.Kind);
                Assert.InRange(wait.Timer.Value.Left / 1e9, 59.9, 60.1);
                Assert.InRange(s.States[^1].T, destroyed.Start, destroyed.Start + destroyed.Duration);
                Assert.NotEqual(0ul, s.States[0].Inode);
                Assert.Equal(0ul, s.States[^1].Inode);
            }
        );

    [Fact]
    public Task IPv6_and_a_close_without_a_wait_are_told_too() =>
        Run(
            nameof(IPv6_and_a_close_without_a_wait_are_told_too),
            async () =>
            {
                using TracedHost host = TracedHost.Here(Port);
                using Socket listener = TracedHost.Listener(IPAddress.IPv6Any, Port);
                Socket client = TracedHost.Connected(IPAddress.IPv6Loopback, Port, ClientPort),
                    accepted = listener.Accept();
                accepted.LingerState = new LingerOption(true, 0);
                accepted.Dispose();
                client.Dispose();
                await host.Until(e => e.Socket.Local.Port == ClientPort && e.To == TcpState.Close);
                Assert.Equal(["UNCONN SYN-SENT", "SYN-SENT ESTAB", "ESTAB UNCONN"], host.Changes(ClientPort));
                Assert.Equal(["UNCONN LISTEN", "- SYN-RECV", "SYN-RECV ESTAB", "ESTAB UNCONN"], host.Changes(Port));
                Assert.All(host.States.Skip(1), e => Assert.Equal(IPAddress.IPv6Loopback, e.Socket.Remote.Address));
            }
        );

    [Fact]
    public Task FIN_WAIT_2_that_nobody_ends_is_told_when_its_timer_expires() =>
        Run(
            nameof(FIN_WAIT_2_that_nobody_ends_is_told_when_its_timer_expires),
            async () =>
            {
                await File.WriteAllTextAsync("/proc/sys/net/ipv4/tcp_fin_timeout", "1");
                using TracedHost host = TracedHost.Here(Port);
                using Socket listener = TracedHost.Listener(IPAddress.Loopback, Port);
                using Socket client = TracedHost.Connected(IPAddress.Loopback, Port, ClientPort);
                listener.Accept().Dispose();
                // Its own thread tells, nobody looks.
                StateEvent end = await host.Until(e => e.To is null, look: false);
                StateEvent begin = host.States.Single(e => e.Timer is not null);
                Assert.Equal((TcpState.FinWait2, TcpState.FinWait2, TcpState.FinWait2), (begin.From, begin.To, end.From));
                Assert.InRange((end.T - begin.T) / 1e9, 0.99, 1.5);
            }
        );

    [Fact]
    public Task Twin_namespaces_with_the_same_addresses_and_ports_do_not_mix() =>
        Run(
            nameof(Twin_namespaces_with_the_same_addresses_and_ports_do_not_mix),
            async () =>
            {
                using HostThread client1 = new("client"),
                    server1 = new("server"),
                    client2 = new("client"),
                    server2 = new("server");
                Assert.Null(await HostNamespaces.Build(client1, server1, TextWriter.Null));
                Assert.Null(await HostNamespaces.Build(client2, server2, TextWriter.Null));
                using TracedHost c1 = await TracedHost.On(client1, Port),
                    s1 = await TracedHost.On(server1, Port),
                    c2 = await TracedHost.On(client2, Port),
                    s2 = await TracedHost.On(server2, Port);
                using Socket listener1 = await server1.Run(() => TracedHost.Listener(IPAddress.Any, Port)),
                    listener2 = await server2.Run(() => TracedHost.Listener(IPAddress.Any, Port));
                Socket connected1 = await client1.Run(() => TracedHost.Connected(Server, Port, ClientPort)),
                    connected2 = await client2.Run(() => TracedHost.Connected(Server, Port, ClientPort));
                Socket accepted1 = listener1.Accept(),
                    accepted2 = listener2.Accept();
                // In the first the server closes first, in the second the client does.
                accepted1.Dispose();
                connected2.Dispose();
                await c1.Until(e => e.To == TcpState.CloseWait);
                await s2.Until(e => e.To == TcpState.CloseWait);
                connected1.Dispose();
                accepted2.Dispose();
                await s1.Until(e => e.To == TcpState.TimeWait);
                await c2.Until(e => e.To == TcpState.TimeWait);
                await c1.Until(e => e.To == TcpState.Close);
                await s2.Until(e => e.To == TcpState.Close);

                Assert.Equal(["UNCONN SYN-SENT", "SYN-SENT ESTAB", "ESTAB CLOSE-WAIT", "CLOSE-WAIT LAST-ACK", "LAST-ACK UNCONN"], c1.Changes(ClientPort));
                Assert.Equal(["UNCONN LISTEN", "- SYN-RECV", "SYN-RECV ESTAB", "ESTAB CLOSE-WAIT", "CLOSE-WAIT LAST-ACK", "LAST-ACK UNCONN"], s2.Changes(Port));
                Assert.DoesNotContain(s1.States, e => e.To == TcpState.CloseWait);
                Assert.DoesNotContain(c2.States, e => e.To == TcpState.CloseWait);
                Assert.Equal("FIN-WAIT-2 TIME-WAIT", s1.Changes(Port).Last());
                Assert.Equal("FIN-WAIT-2 TIME-WAIT", c2.Changes(ClientPort).Last());
            }
        );

    [Fact]
    public Task Two_agents_in_one_namespace_tell_each_of_its_own_sockets() =>
        Run(
            nameof(Two_agents_in_one_namespace_tell_each_of_its_own_sockets),
            async () =>
            {
                IPAddress clients = IPAddress.Parse(LocalHostsContract.OnLoopback[0].Address),
                    servers = IPAddress.Parse(LocalHostsContract.OnLoopback[1].Address);
                var own = new OwnSockets();
                using TracedHost c = TracedHost.Here(Port, new RowFilter([Port], new RowsOption([clients], Any: false), own.Has)),
                    s = TracedHost.Here(Port, new RowFilter([Port], new RowsOption([servers], Any: true), _ => true));
                using Socket listener = TracedHost.Listener(IPAddress.Any, Port);
                using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                client.Bind(new IPEndPoint(clients, ClientPort));
                client.Connect(servers, Port);
                listener.Accept().Dispose();
                await c.Until(e => e.To == TcpState.CloseWait);
                await s.Until(e => e.To == TcpState.FinWait2);
                Assert.Equal(["UNCONN SYN-SENT", "SYN-SENT ESTAB", "ESTAB CLOSE-WAIT"], c.Changes(ClientPort));
                Assert.Empty(c.Changes(Port));
                Assert.Equal(["UNCONN LISTEN", "- SYN-RECV", "SYN-RECV ESTAB", "ESTAB FIN-WAIT-1", "FIN-WAIT-1 FIN-WAIT-2"], s.Changes(Port).Take(5));
                Assert.Empty(s.Changes(ClientPort));
            }
        );

    [Fact]
    public Task A_SYN_that_nobody_answers_is_told_with_its_port_and_a_refused_one_with_its_end() =>
        Run(
            nameof(A_SYN_that_nobody_answers_is_told_with_its_port_and_a_refused_one_with_its_end),
            async () =>
            {
                using HostThread client = new("client"),
                    server = new("server");
                Assert.Null(await HostNamespaces.Build(client, server, TextWriter.Null));
                using TracedHost c = await TracedHost.On(client, Port);
                await client.Run(() => Assert.Throws<SocketException>(() => TracedHost.Connected(Server, Port)));
                StateEvent refused = await c.Until(e => e.To == TcpState.Close);
                Assert.Equal(["UNCONN SYN-SENT", "SYN-SENT UNCONN"], c.Changes(refused.Socket.Local.Port));
                Assert.NotEqual(0, refused.Socket.Local.Port);

                const string nobody = "192.168.122.99";
                await client.Run(() =>
                    CProgram.Tool("ip", "neigh", "add", nobody, "lladdr", "02:00:00:00:00:99", "dev", LocalHostsContract.InNamespaces[0].Interface)
                );
                using Socket socket = await client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
                Assert.Throws<SocketException>(() => socket.Connect(IPAddress.Parse(nobody), Port));
                StateEvent sent = await c.Until(e => e.Socket.Remote.Address.ToString() == nobody, look: false);
                Assert.Equal("UNCONN SYN-SENT", Assert.Single(c.Changes(sent.Socket.Local.Port)));
                string ss = await client.Run(() => CProgram.Tool("ss", "-Htn", "state", "syn-sent"));
                Assert.Contains($"{sent.Socket.Local} ", ss, StringComparison.Ordinal);
            }
        );

    [Fact]
    public Task What_the_ring_has_no_room_for_is_counted_once() =>
        Run(
            nameof(What_the_ring_has_no_room_for_is_counted_once),
            () =>
            {
                // Before any look, and with the reader's thread held up, so that nothing makes room.
                using TraceTap small = TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out _, Environment.SystemPageSize)!,
                    large = TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out _)!;
                small.Watch([Port]);
                large.Watch([Port]);
                using Socket listener = TracedHost.Listener(IPAddress.Loopback, Port);
                for (int i = 0; i < 20; i++)
                {
                    using Socket client = TracedHost.Connected(IPAddress.Loopback, Port);
                    listener.Accept().Dispose();
                }
                small.Watch([]);
                large.Watch([]);
                int all = Count(large),
                    kept = Count(small);
                Assert.Equal(0, large.TakeLost());
                Assert.True(kept > 0 && all > kept);

                // The source tells of it.
                var told = new List<RunEvent>();
                using (
                    var source = new TraceSource(
                        small,
                        e =>
                        {
                            if (TracedHost.IsOfAnybody(e))
                                return;
                            lock (told)
                                told.Add(e);
                        }
                    )
                )
                {
                    source.Look(ordered: true);
                    source.Look(ordered: true);
                }
                GapEvent gap = Assert.IsType<GapEvent>(Assert.Single(told));
                Assert.Equal((EvidenceSource.Trace, all - kept), (gap.Source, gap.Lost));
                Assert.Equal("gap.trace-full", gap.Reason.Code);
                return Task.CompletedTask;
            }
        );

    // As before Linux 6.11, where kfree_skb does not name the socket and the kernel refuses the program.
    [Fact]
    public Task Where_no_segment_names_its_minisock_TIME_WAIT_within_the_timer_s_slot_is_not_told_and_that_is_said() =>
        Run(
            nameof(Where_no_segment_names_its_minisock_TIME_WAIT_within_the_timer_s_slot_is_not_told_and_that_is_said),
            async () =>
            {
                TraceTap? tap = TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out KernelRefusal? refusal);
                Assert.True(tap is { TellsSegments: true }, $"{refusal}");
                Assert.Null(SourceFacts.All(capture: null, trace: null, tap.TellsSegments)[3].Limit);
                using TraceTap deaf = Deaf(tap);
                Assert.False(deaf.TellsSegments);
                SourceFact fact = SourceFacts.All(capture: null, trace: null, deaf.TellsSegments)[3];
                Assert.True(fact.Available);
                Assert.Equal("source.trace-limit", fact.Limit!.Code);

                using TracedHost host = TracedHost.Of(deaf, Port);
                using Socket listener = TracedHost.Listener(IPAddress.Loopback, Port);
                // Should a slot of 2 s end just between the two FINs, the timer is started anew and tells it; that cannot be so three times.
                int begun = 0;
                for (int i = 0; i < 3 && begun == i; i++)
                {
                    int from = ClientPort + i;
                    Socket client = TracedHost.Connected(IPAddress.Loopback, Port, from);
                    listener.Accept().Dispose();
                    await host.Until(e => e is { To: TcpState.FinWait2, Timer: not null } && e.Socket.Remote.Port == from);
                    client.Dispose();
                    StateEvent closed = await host.Until(e => e.Socket.Local.Port == from && e.To == TcpState.Close);
                    CallResult destroyed = Destroy(new SocketPair(closed.Socket.Remote, closed.Socket.Local));
                    Assert.True(destroyed.Succeeded, $"{destroyed}");
                    // The kernel had it in TIME-WAIT, and its end is told of that state; the begin is not.
                    await host.Until(e => e is { From: TcpState.TimeWait, To: null } && e.Socket.Remote.Port == from);
                    begun = host.Changes(Port).Count(change => change == "FIN-WAIT-2 TIME-WAIT");
                }
                Assert.True(begun < host.Changes(Port).Count(change => change == "TIME-WAIT -"));
            }
        );

    // Without its last tracepoint; the tap itself keeps the descriptors of none.
    private static TraceTap Deaf(TraceTap tap)
    {
        int[] numbers = [.. tap.Numbers.Select(n => Libc.Fcntl(n, DuplicateCloexec, 0))];
        tap.Dispose();
        Assert.Equal(0, Libc.Close(numbers[^1]));
        return TraceTap.Adopt(numbers[..^1], out KernelRefusal? refusal) ?? throw new InvalidOperationException($"{refusal}");
    }

    private const int DuplicateCloexec = 1030; // F_DUPFD_CLOEXEC

    [Fact]
    public Task What_was_passed_over_is_counted_also_when_proc_is_unmounted() =>
        Run(
            nameof(What_was_passed_over_is_counted_also_when_proc_is_unmounted),
            async () =>
            {
                using TraceTap tap = TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out _)!;
                Assert.NotNull(await WithoutProc(tap.TakeMissed));
            }
        );

    [Fact]
    public Task Without_proc_nobody_says_which_namespace_to_trace_and_it_is_told_so() =>
        Run(
            nameof(Without_proc_nobody_says_which_namespace_to_trace_and_it_is_told_so),
            async () =>
            {
                OpenSources sources = await WithoutProc(OpenSources.Open);
                sources.Capture?.Dispose();
                Assert.Null(sources.Trace);
                SourceFact fact = SourceFacts.All(capture: null, sources.NoTrace)[3];
                Assert.Equal(
                    (false, "readlink(/proc/thread-self/ns/net): No such file or directory (ENOENT)"),
                    (fact.Available, TextCatalog.English[fact.Missing!])
                );
                Assert.Equal("grant.mount-proc", fact.Grant!.Code);
            }
        );

    [Theory]
    [InlineData("bpf(BPF_RAW_TRACEPOINT_OPEN, timer_start)", Constants.ENOENT, "grant.tracepoints")]
    [InlineData("open(/sys/kernel/btf/vmlinux)", Constants.ENOENT, "grant.btf")]
    [InlineData("open(/sys/kernel/btf/vmlinux)", Constants.EPERM, "grant.btf")]
    [InlineData("bpf(BPF_MAP_CREATE, BPF_MAP_TYPE_RINGBUF)", Constants.EINVAL, "grant.bpf")]
    public void The_remedy_is_that_of_the_call_that_failed(string call, int errno, string remedy) =>
        Assert.Equal(remedy, SourceFacts.All(capture: null, KernelRefusal.Of(call, errno))[3].Grant!.Code);

    // On a thread with a mount namespace of its own.
    private static async Task<T> WithoutProc<T>(Func<T> work)
    {
        using HostThread thread = new("unmounted");
        return await thread.Run(() =>
        {
            const int cloneNewNs = 0x2_0000;
            Assert.Equal(0, Libc.Unshare(cloneNewNs));
            CProgram.Tool("mount", "--make-rprivate", "/");
            CProgram.Tool("umount", "-l", "/proc");
            Assert.False(Directory.Exists("/proc/self"));
            return work();
        });
    }

    [Fact]
    public Task Without_the_right_it_says_what_is_missing_and_what_grants_it() =>
        Run(
            nameof(Without_the_right_it_says_what_is_missing_and_what_grants_it),
            () =>
            {
                Assert.Null(TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out KernelRefusal? refusal));
                SourceFact fact = SourceFacts.All(capture: null, refusal)[3];
                Assert.Equal(
                    (SourceFact.Trace, false, "bpf(BPF_MAP_CREATE, BPF_MAP_TYPE_RINGBUF): Operation not permitted (EPERM)"),
                    (fact.Name, fact.Available, TextCatalog.English[fact.Missing!])
                );
                Assert.Equal("grant.trace-capabilities", fact.Grant!.Code);
                return Task.CompletedTask;
            },
            without: "bpf,-perfmon,-sys_admin"
        );

    private static CallResult Destroy(SocketPair pair)
    {
        using SockDiag diag = SockDiag.Open(out _)!;
        DiagSocket found = diag.Find(pair, out int errno) ?? throw new InvalidOperationException(Errno.Name(errno));
        return diag.Destroy(found);
    }

    private static int Count(TraceTap tap)
    {
        int count = 0;
        while (tap.TryRead(out _))
            count++;
        return count;
    }
}
