using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Tests;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>sock_diag on the real kernel, in namespaces of their own, against the installed ss.</summary>
public sealed class SockDiagTests
{
    private const ushort Port = 11111;
    private static readonly TcpEndpoint At = TcpEndpoint.V4(0x7f00_0001, Port);

    [Fact]
    public Task A_dump_of_a_port_is_what_ss_prints() =>
        OwnNamespace.Run(
            (typeof(SockDiagTests), nameof(A_dump_of_a_port_is_what_ss_prints)),
            async () =>
            {
                using SockDiag diag = Open();
                using var agent = new AgentRig();
                Same(diag, []);
                await agent.TimeWait(At, reuse: true);
                Same(diag, [TcpState.TimeWait]);
                await agent.Listener("lfd", TcpEndpoint.V6(0, Port), reuse: true, backlog: 7);
                await agent.Call("cfd", SocketCall.Socket);
                await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At });
                await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
                await agent.Call("afd", SocketCall.Write, c => c with { Length = 1000 });
                Same(diag, [TcpState.TimeWait, TcpState.Listen, TcpState.Established, TcpState.Established]);
                await agent.Call("afd", SocketCall.Close);
                Same(diag, [TcpState.TimeWait, TcpState.Listen, TcpState.FinWait2, TcpState.CloseWait]);
                // A stranger on another port is not in it.
                await agent.Listener("ofd", At.WithPort(Port + 1));
                Same(diag, [TcpState.TimeWait, TcpState.Listen, TcpState.FinWait2, TcpState.CloseWait]);
            }
        );

    [Fact]
    public Task A_timer_agrees_with_ss_and_is_finer_than_that_of_proc() =>
        OwnNamespace.Run(
            (typeof(SockDiagTests), nameof(A_timer_agrees_with_ss_and_is_finer_than_that_of_proc)),
            async () =>
            {
                using SockDiag diag = Open();
                using var agent = new AgentRig();
                SocketPair pair = await TimeWait(agent);

                long before = Left(diag, pair);
                string ss = await OwnNamespace.Run("ss", "-Htano4", $"sport = :{Port}");
                long after = Left(diag, pair);
                long printed =
                    1000
                    * long.Parse(
                        ss[(ss.IndexOf("timewait,", StringComparison.Ordinal) + "timewait,".Length)..ss.IndexOf("sec,", StringComparison.Ordinal)],
                        CultureInfo.InvariantCulture
                    );
                // ss cuts the milliseconds off.
                Assert.InRange(printed, after - 1000, before);
                Assert.InRange(before, 55_000, 60_100);

                // /proc counts in 10 ms; the kernel's tick here is 4 ms, so that most readings are no multiple of 10.
                long start = KernelClock.Monotonic();
                while (Left(diag, pair) % 10 == 0)
                    Assert.True(KernelClock.Monotonic() - start < 2_000_000_000, "For 2 s every reading was a multiple of 10 ms.");
            }
        );

    [Fact]
    public Task A_connection_that_is_gone_is_not_taken_for_its_listener() =>
        OwnNamespace.Run(
            (typeof(SockDiagTests), nameof(A_connection_that_is_gone_is_not_taken_for_its_listener)),
            async () =>
            {
                using SockDiag diag = Open();
                using var agent = new AgentRig();
                SocketPair pair = await TimeWait(agent);
                await agent.Listener("lfd", At, reuse: true);
                DiagSocket wait = diag.Find(pair, out _)!.Value;

                Assert.Equal(0, diag.Destroy(wait).Errno);
                CallResult again = diag.Destroy(wait);

                Assert.Equal((-1L, "ENOENT"), (again.Result, Errno.Name(again.Errno)));
                Assert.Null(diag.Find(pair, out int errno));
                Assert.Equal(Constants.ENOENT, errno);
                Assert.Equal([TcpState.Listen], Dump(diag).Select(s => s.State));
            }
        );

    [Fact]
    public Task Every_notice_is_taken_or_counted_as_lost() =>
        OwnNamespace.Run(
            (typeof(SockDiagTests), nameof(Every_notice_is_taken_or_counted_as_lost)),
            () =>
            {
                const int sockets = 300;
                using DestroyNotices notices = DestroyNotices.Open(out _, room: 8192)!,
                    witness = DestroyNotices.Open(out _)!;
                for (int i = 0; i < sockets; i++)
                    Libc.Close(Libc.Socket(Constants.AF_INET, Constants.SOCK_STREAM, 0));

                // The kernel's worker tells each subscriber in turn: once one has been told of all, the other's little room has overflowed, unread.
                (int told, long untold) = TakeAll(witness, sockets);
                Assert.Equal(sockets, told + untold);
                (int taken, long lost) = TakeAll(notices, sockets);
                Assert.Equal(sockets, taken + lost);
                Assert.InRange(lost, 1, sockets - 1);
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Cut_or_foreign_messages_are_not_read()
    {
        byte[] message = new byte[72];
        message[0] = Constants.AF_INET;
        message[1] = (byte)TcpState.Listen;
        Assert.True(DiagSocket.TryRead(message, out _));
        Assert.False(DiagSocket.TryRead(message.AsSpan(0, 71), out _));
        message[1] = 14;
        Assert.False(DiagSocket.TryRead(message, out _));
        message[1] = (byte)TcpState.Listen;
        message[0] = 1;
        Assert.False(DiagSocket.TryRead(message, out _));
    }

    private static (int Taken, long Lost) TakeAll(DestroyNotices notices, int count)
    {
        var taken = new List<DiagSocket>();
        long lost = 0;
        using var never = new EventFd();
        while (taken.Count + lost < count)
        {
            Assert.Equal(PollResult.Ready, PollWait.Wait(notices.Number, never, 10_000));
            while (notices.TryRead(taken, out long more))
                lost += more;
        }
        return (taken.Count, lost);
    }

    private static SockDiag Open()
    {
        SockDiag? diag = SockDiag.Open(out int errno);
        Assert.True(diag is not null, Errno.Name(errno));
        return diag;
    }

    private static async Task<SocketPair> TimeWait(AgentRig agent)
    {
        await agent.Watch(Port);
        await agent.TimeWait(At, reuse: true);
        SocketEvent row = await agent.Event<SocketEvent>(e => e.To == TcpState.TimeWait);
        return new SocketPair(row.Local, row.Remote);
    }

    private static long Left(SockDiag diag, SocketPair pair) => diag.Find(pair, out _)!.Value.Timer!.Value.Left / 1_000_000;

    private static List<DiagSocket> Dump(SockDiag diag)
    {
        var sockets = new List<DiagSocket>();
        Assert.Equal(0, diag.Dump([Port], uint.MaxValue, sockets));
        return sockets;
    }

    private static void Same(SockDiag diag, TcpState[] states)
    {
        // The kernel goes on between the two: then both are taken once more.
        for (int attempt = 0; ; attempt++)
        {
            List<DiagSocket> sockets = Dump(diag);
            string[] ours = [.. sockets.Select(Line).Order(StringComparer.Ordinal)];
            string[] theirs =
            [
                .. CProgram
                    .Tool("ss", "-Htan", $"( sport = :{Port} or dport = :{Port} )")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..5]))
                    .Order(StringComparer.Ordinal),
            ];
            bool settled = ours.SequenceEqual(theirs) && sockets.Select(s => s.State).Order().SequenceEqual(states.Order());
            if (settled || attempt == 50)
            {
                Assert.Equal(theirs, ours);
                Assert.Equal(states.Order(), sockets.Select(s => s.State).Order());
                return;
            }
        }
    }

    // ss writes * for the address of a [::] listener that takes IPv4 too, and for port 0.
    private static string Line(DiagSocket s) =>
        string.Create(CultureInfo.InvariantCulture, $"{s.State.Name()} {s.RecvQ} {s.SendQ} {Text(s.Pair.Local)} {Text(s.Pair.Remote)}");

    private static string Text(TcpEndpoint at) =>
        $"{(at is { IsV6: true, IsWildcard: true } ? "*" : at.IsV6 ? $"[{at.Address}]" : $"{at.Address}")}:{(at.Port == 0 ? "*" : $"{at.Port}")}";
}
