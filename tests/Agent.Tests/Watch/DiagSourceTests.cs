using System.Collections.Concurrent;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Tests;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>What sock_diag adds to the rows of /proc, on the real kernel.</summary>
public sealed class DiagSourceTests
{
    private const ushort Port = 11111;
    private static readonly TcpEndpoint At = TcpEndpoint.V4(0x7f00_0001, Port),
        None = TcpEndpoint.V4(0, 0);

    [Fact]
    public Task A_bound_socket_is_seen_until_it_listens_connects_or_closes() =>
        OwnNamespace.Run(
            (typeof(DiagSourceTests), nameof(A_bound_socket_is_seen_until_it_listens_connects_or_closes)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Call("lfd", SocketCall.Socket);
                CallEvent bind = await agent.Call("lfd", SocketCall.Bind, c => c with { Address = At });
                StateEvent bound = Assert.Single(agent.States);
                Assert.Equal((EvidenceSource.Diag, new SocketPair(At, None), null, TcpState.BoundInactive), (bound.Source, bound.Socket, bound.From, bound.To));
                Assert.Empty(agent.Rows);

                await agent.Call("lfd", SocketCall.Listen, c => c with { Backlog = 5 });
                StateEvent listens = agent.States.Last();
                Assert.Equal((bound.Inode, bound.Socket, TcpState.BoundInactive, TcpState.Listen), (listens.Inode, listens.Socket, listens.From, listens.To));
                Assert.InRange(listens.After!.Value, bind.T, listens.T);

                await agent.Call("cfd", SocketCall.Socket);
                await agent.Call("cfd", SocketCall.Bind, c => c with { Address = TcpEndpoint.V4(0x7f00_0002, Port) });
                await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At });
                StateEvent connected = agent.States.Last();
                Assert.Equal(
                    (new SocketPair(TcpEndpoint.V4(0x7f00_0002, Port), At), TcpState.BoundInactive, TcpState.Established),
                    (connected.Socket, connected.From, connected.To)
                );

                await agent.Call("bfd", SocketCall.Socket);
                await agent.Call("bfd", SocketCall.Bind, c => c with { Address = TcpEndpoint.V4(0x7f00_0003, Port) });
                int before = agent.States.Count();
                CallEvent close = await agent.Call("bfd", SocketCall.Close);
                StateEvent gone = Assert.Single(agent.States.Skip(before));
                Assert.Equal((new SocketPair(TcpEndpoint.V4(0x7f00_0003, Port), None), TcpState.BoundInactive, null), (gone.Socket, gone.From, gone.To));
                Assert.True(gone.T >= close.T, "It was gone before it was closed.");
                await agent.Look();
                Assert.Equal(before + 1, agent.States.Count());
            }
        );

    [Fact]
    public Task A_bound_socket_is_the_same_after_a_connect_that_failed() =>
        OwnNamespace.Run(
            (typeof(DiagSourceTests), nameof(A_bound_socket_is_the_same_after_a_connect_that_failed)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Call("cfd", SocketCall.Socket);
                await agent.Call("cfd", SocketCall.Bind, c => c with { Address = TcpEndpoint.V4(0x7f00_0002, Port) });
                Assert.Equal("ECONNREFUSED", (await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At })).Errno);
                await agent.Look();
                await agent.Call("cfd", SocketCall.Close);
                Assert.Equal([(null, TcpState.BoundInactive), (TcpState.BoundInactive, (TcpState?)null)], agent.States.Select(e => (e.From, e.To)));
                Assert.All(agent.States, e => Assert.Equal(new SocketPair(TcpEndpoint.V4(0x7f00_0002, Port), None), e.Socket));
            }
        );

    [Fact]
    public Task TIME_WAIT_begins_with_its_timer_and_the_end_of_the_other_side_is_noticed() =>
        OwnNamespace.Run(
            (typeof(DiagSourceTests), nameof(TIME_WAIT_begins_with_its_timer_and_the_end_of_the_other_side_is_noticed)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.TimeWait(At);

                SocketEvent row = await agent.Event<SocketEvent>(e => e.To == TcpState.TimeWait);
                StateEvent wait = await agent.Event<StateEvent>(e => e.To == TcpState.TimeWait);
                Assert.Equal(
                    (EvidenceSource.Diag, new SocketPair(row.Local, row.Remote), TimerKind.TimeWait),
                    (wait.Source, wait.Socket, wait.Timer!.Value.Kind)
                );
                // Both say when the timer fires, by what they read in an interval: /proc until T, sock_diag on a row before T, on a notice after it. /proc
                // rounds to 10 ms, sock_diag to the kernel's tick.
                const long rounded = 20_000_000;
                long left = row.Timer!.Value.Left,
                    now = KernelClock.Monotonic();
                Assert.InRange(wait.Timer.Value.Left, left + row.After!.Value - now - rounded, left + Math.Max(0, row.T - wait.T) + rounded);

                StateEvent client = await agent.Event<StateEvent>(e => e.Socket.Local == row.Remote && e.To is null);
                CallEvent close = agent.All.Select(i => i.Event).OfType<CallEvent>().Single(c => c is { Call: "close", Socket: "cfd" });
                Assert.True(client.T >= close.T, "The client's socket was gone before it was closed.");
                StateEvent listener = await agent.Event<StateEvent>(e => e.Socket == new SocketPair(At, None) && e.To is null);
                Assert.Equal(TcpState.Listen, listener.From);
                Assert.DoesNotContain(agent.States, e => e.Socket == wait.Socket && e.To is null);
            }
        );

    [Fact]
    public Task The_end_of_a_minisock_is_seen_though_no_notice_comes() =>
        OwnNamespace.Run(
            (typeof(DiagSourceTests), nameof(The_end_of_a_minisock_is_seen_though_no_notice_comes)),
            async () =>
            {
                // An orphan in FIN-WAIT-2 becomes a minisock for tcp_fin_timeout: the only one whose time can be made short.
                Assert.Null(NetworkNamespace.SetSysctl("ipv4/tcp_fin_timeout", 1));
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Listener("lfd", At);
                await agent.Call("cfd", SocketCall.Socket);
                await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At });
                await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
                CallEvent close = await agent.Call("afd", SocketCall.Close);

                StateEvent begin = await agent.Event<StateEvent>(e => e.To == TcpState.FinWait2);
                Assert.InRange(begin.Timer!.Value.Left, 1, 1_100_000_000);
                StateEvent end = await agent.Event<StateEvent>(e => e.Socket == begin.Socket && e.To is null);
                Assert.Equal(TcpState.FinWait2, end.From);
                // When it began nobody knows to the millisecond on a busy machine, but not before the call.
                Assert.True(end.T >= close.T + 980_000_000, $"It ended {end.T - close.T} ns after the close.");
                Assert.InRange(end.After!.Value, begin.T, end.T);
            }
        );

    [Fact]
    public Task Whether_an_IPv6_listener_leaves_IPv4_alone_is_told_of_anybody_s() =>
        OwnNamespace.Run(
            (typeof(DiagSourceTests), nameof(Whether_an_IPv6_listener_leaves_IPv4_alone_is_told_of_anybody_s)),
            () =>
            {
                foreach (bool only in new[] { true, false })
                {
                    using SocketFd stranger = Listener(only);
                    var told = new List<RunEvent>();
                    using DiagSource source = DiagSource.Open(told.Add)!;
                    source.Watch(new RowFilter([Port], null, _ => false));
                    source.Look(ordered: true);
                    source.Look(ordered: true);
                    StateEvent listens = Assert.IsType<StateEvent>(Assert.Single(told));
                    Assert.Equal(
                        (new SocketPair(TcpEndpoint.V6(0, Port), TcpEndpoint.V6(0, 0)), null, TcpState.Listen, only),
                        (listens.Socket, listens.From, listens.To, listens.V6Only)
                    );
                }
                return Task.CompletedTask;

                static SocketFd Listener(bool only)
                {
                    SocketCalls.Socket(SocketFamily.Inet6, out SocketFd? fd);
                    Assert.True(SocketCalls.SetSockOpt(fd!, SocketOption.V6Only, OptionValue.Of(only ? 1 : 0)).Succeeded);
                    Assert.True(SocketCalls.Bind(fd!, TcpEndpoint.V6(0, Port)).Succeeded);
                    Assert.True(SocketCalls.Listen(fd!, 5).Succeeded);
                    return fd!;
                }
            }
        );

    [Fact]
    public Task Lost_notices_are_a_gap() =>
        OwnNamespace.Run(
            (typeof(DiagSourceTests), nameof(Lost_notices_are_a_gap)),
            async () =>
            {
                const int sockets = 300;
                using var held = new ManualResetEventSlim();
                using var stuck = new ManualResetEventSlim();
                var told = new BlockingCollection<RunEvent>();
                using DestroyNotices witness = DestroyNotices.Open(out _)!;
                using DiagSource source = DiagSource.Open(
                    e =>
                    {
                        told.Add(e);
                        stuck.Set();
                        held.Wait(TimeSpan.FromSeconds(20));
                    },
                    room: 8192
                )!;
                source.Watch(new RowFilter([Port], null, _ => false));

                CloseOne();
                Assert.True(stuck.Wait(TimeSpan.FromSeconds(10)), "No notice came.");
                for (int i = 1; i < sockets; i++)
                    CloseOne();
                // The witness has them all, so the kernel has sent them all.
                var seen = new List<DiagSocket>();
                using var never = new EventFd();
                while (seen.Count < sockets)
                {
                    Assert.Equal(PollResult.Ready, PollWait.Wait(witness.Number, never, 10_000));
                    while (witness.TryRead(seen, out long missed))
                        Assert.Equal(0, missed);
                }
                held.Set();

                long lost = 0,
                    gone = 0;
                while (lost + gone < sockets)
                {
                    Assert.True(told.TryTake(out RunEvent? e, TimeSpan.FromSeconds(10)), $"{gone} told and {lost} lost of {sockets}");
                    lost += (e as GapEvent)?.Lost ?? 0;
                    gone += e is StateEvent { To: null } ? 1 : 0;
                }
                Assert.Equal(sockets, lost + gone);
                Assert.InRange(lost, 1, sockets - 1);
                await Task.CompletedTask;
            }
        );

    private static unsafe void CloseOne()
    {
        int fd = Libc.Socket(Constants.AF_INET, Constants.SOCK_STREAM, 0);
        byte* address = stackalloc byte[SockAddr.MaxSize];
        Assert.Equal(0, Libc.Bind(fd, address, SockAddr.Write(At, address)));
        Libc.Close(fd);
    }
}
