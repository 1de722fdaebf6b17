using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>What goes wrong on the way, made on the real kernel: the picture tells what happened.</summary>
[Collection(Alone.Name)]
public sealed class NetworkFaultTests
{
    private const long Second = 1_000_000_000,
        Millisecond = 1_000_000;

    private static readonly string Scenarios = Path.Combine(AppContext.BaseDirectory, "RealHosts", "faults");

    private static readonly string Port = RealLab.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The run as the page shows it: whatever goes wrong, no two sources contradict each other.</summary>
    private static Timeline Picture(RunFile run)
    {
        Timeline picture = Timeline.Fold(RealLab.Header(run), run.Events);
        Assert.Empty(picture.Disagreements);
        return picture;
    }

    private static IEnumerable<SegmentEvent> Sent(RunFile run, string host, string flags) =>
        run.Events.OfType<SegmentEvent>().Where(s => s.Host == host && s.Flags == flags && s.Sent is not null);

    /// <summary>Drops segments in a host's firewall, by the kernel's own rules.</summary>
    private static void Drop(HostNamespace host, string hook, string what) =>
        host.Run("nft", $"add table inet t; add chain inet t c {{ type filter hook {hook} priority 0; }}; add rule inet t c {what} drop");

    private static void Undrop(HostNamespace host) => host.Run("nft", "delete table inet t");

    [Fact(Timeout = 120_000)]
    public async Task A_SYN_that_the_servers_firewall_drops_arrives_is_not_answered_and_is_sent_again_after_1_s()
    {
        await using RealLab lab = await RealLab.Start(scenarios: Scenarios);
        Drop(lab.Server, "input", $"tcp dport {Port} tcp flags & (syn | ack) == syn");
        string id = await lab.Open("plain");
        await lab.Step(id, "listen");
        Task connected = lab.Step(id, "connect");
        await lab.Until(id, r => Sent(r, TestHosts.Client, "SYN").Count() == 2);
        Undrop(lab.Server);
        await connected;
        RunFile run = await lab.Until(id, r => r.Events.OfType<SegmentEvent>().Count(s => s.Flags == "ACK") == 2);

        Timeline picture = Picture(run);
        Arrow[] syns = [.. picture.Arrows.Where(a => a.Kind == SegmentKind.Syn)];
        Assert.Equal([false, true, true], syns.Select(a => a.Segment!.Retransmission));
        Assert.All(syns, a => Assert.False(a.Lost));
        // 1 s, and once more: tcp_syn_linear_timeouts keeps the pause, older kernels double it.
        Assert.InRange(syns[1].Sent - syns[0].Sent, 950 * Millisecond, 1500 * Millisecond);
        Assert.InRange(syns[2].Sent - syns[1].Sent, 950 * Millisecond, 2500 * Millisecond);
        Arrow answer = Assert.Single(picture.Arrows, a => a.Kind == SegmentKind.SynAck);
        Assert.InRange(answer.Sent, syns[2].Received!.Value, syns[2].Received!.Value + Second);
        CallEvent connect = run.Events.OfType<CallEvent>().Single(c => c.Call == "connect");
        Assert.True(connect.Succeeded);
        Assert.InRange(connect.Duration, 1900 * Millisecond, 5 * Second);
        StateBand opening = Assert.Single(picture.Bands, b => b is { Host: TestHosts.Client, State: TcpState.SynSent });
        Assert.InRange(opening.End!.Value - opening.Begin, 1800 * Millisecond, 5 * Second);
        Assert.Contains(
            run.Events.OfType<SocketEvent>(),
            e => e is { Host: TestHosts.Client, To: TcpState.SynSent, Retransmits: >= 1, Timer.Kind: TimerKind.On }
        );
        Assert.Equal(0, picture.Lost);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_SYN_that_the_clients_own_firewall_drops_never_leaves_and_only_the_table_tells_of_it()
    {
        await using RealLab lab = await RealLab.Start(scenarios: Scenarios);
        Drop(lab.Client, "output", $"tcp dport {Port} tcp flags & (syn | ack) == syn");
        string id = await lab.Open("plain");
        await lab.Step(id, "listen");
        Task connected = lab.Step(id, "connect");
        RunFile waiting = await lab.Until(id, r => r.Events.OfType<SocketEvent>().Any(e => e is { To: TcpState.SynSent, Retransmits: >= 1 }));
        Assert.DoesNotContain(waiting.Events, e => e is SegmentEvent);
        Assert.DoesNotContain(Picture(waiting).Arrows, a => a.Source == EvidenceSource.Capture);
        Undrop(lab.Client);
        await connected;
        RunFile run = await lab.Until(id, r => r.Events.OfType<SegmentEvent>().Count(s => s.Flags == "ACK") == 2);
        Arrow syn = Assert.Single(Picture(run).Arrows, a => a.Kind == SegmentKind.Syn);
        Assert.InRange(syn.Sent - run.Events.OfType<CallEvent>().Single(c => c.Call == "connect").T, 950 * Millisecond, 5 * Second);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_segment_that_goes_astray_ends_in_a_cross_and_its_retransmission_arrives()
    {
        await using RealLab lab = await RealLab.Start(scenarios: Scenarios);
        // Frames for a card that is not there: they leave the client, and the server's kernel is not meant.
        lab.Client.Run(
            "ip",
            "neighbour",
            "replace",
            LocalHostsContract.InNamespaces[1].Address,
            "lladdr",
            "02:00:00:00:00:99",
            "dev",
            "eth0",
            "nud",
            "permanent"
        );
        string id = await lab.Open("plain");
        await lab.Step(id, "listen");
        Task connected = lab.Step(id, "connect");
        await lab.Until(id, r => Sent(r, TestHosts.Client, "SYN").Any());
        string card = lab.Server.Run("ip", "-o", "link", "show", "eth0").Split("link/ether ")[1].Split(' ')[0];
        lab.Client.Run("ip", "neighbour", "replace", LocalHostsContract.InNamespaces[1].Address, "lladdr", card, "dev", "eth0", "nud", "permanent");
        await connected;
        RunFile run = await lab.Until(id, r => r.Events.OfType<SegmentEvent>().Count(s => s.Flags == "ACK") == 2);
        Arrow[] syns = [.. Picture(run).Arrows.Where(a => a.Kind == SegmentKind.Syn)];
        Assert.Equal([true, false], syns.Select(a => a.Lost));
        Assert.Equal([false, true], syns.Select(a => a.Segment!.Retransmission));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_last_ACK_dropped_the_FIN_is_sent_again_and_TIME_WAIT_answers()
    {
        await using RealLab lab = await RealLab.Start(scenarios: Scenarios);
        string id = await lab.Open("plain");
        foreach (string step in (string[])["listen", "connect", "close-server"])
            await lab.Step(id, step);
        // With the client's FIN still to come, the server's only bare ACK is the last one.
        await lab.Until(
            id,
            r =>
                r.Events.OfType<SegmentEvent>()
                    .Any(s =>
                        s is { Host: TestHosts.Server, Flags: "ACK", Received: not null }
                        && s.T > r.Events.OfType<SegmentEvent>().First(f => f.Flags == "FIN,ACK").T
                    )
        );
        Drop(lab.Client, "input", $"tcp sport {Port} tcp flags & (fin | syn | rst | ack) == ack");
        await lab.Step(id, "close-client");
        await lab.Until(id, r => Sent(r, TestHosts.Server, "ACK").Count() >= 2);
        Undrop(lab.Client);
        RunFile run = await lab.Until(id, r => Sent(r, TestHosts.Client, "FIN,ACK").Count() >= 2 && !Picture(r).Sockets.Any(s => s.Host == TestHosts.Client));

        Timeline picture = Picture(run);
        Arrow[] fins = [.. picture.Arrows.Where(a => a is { Kind: SegmentKind.Fin, From: TestHosts.Client })];
        Assert.Equal([false, .. Enumerable.Repeat(true, fins.Length - 1)], fins.Select(a => a.Segment!.Retransmission));
        Arrow[] answers = [.. picture.Arrows.Where(a => a is { Kind: SegmentKind.Ack, From: TestHosts.Server } && a.Sent > fins[0].Sent)];
        Assert.Equal(fins.Length, answers.Length);
        Assert.All(fins.Zip(answers), p => Assert.InRange(p.Second.Sent, p.First.Received!.Value, p.First.Received!.Value + Second));
        TimeWaitBar wait = Assert.Single(picture.TimeWaits);
        Assert.Equal(TestHosts.Server, wait.Host);
        Assert.True(wait.Begin < fins[^1].Received);
        // The FIN that came again sets the minute anew (RFC 9293, 3.10.7.8; tcp_timewait_state_process).
        Assert.InRange(wait.TimerEnd - fins[^1].Received!.Value, 59 * Second, 64 * Second);
        StateBand last = Assert.Single(picture.Bands, b => b is { Host: TestHosts.Client, State: TcpState.LastAck });
        Assert.InRange(last.End!.Value - last.Begin, 150 * Millisecond, 20 * Second);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("unread")]
    [InlineData("linger")]
    public async Task A_close_with_unread_data_or_without_lingering_is_a_RST_and_leaves_no_TIME_WAIT(string scenario)
    {
        await using RealLab lab = await RealLab.Start(scenarios: Scenarios);
        string id = await lab.Open(scenario);
        await lab.Step(id, "all");
        RunFile run = await lab.Until(id, r => r.Events.OfType<SegmentEvent>().Count(s => s.Flags.Contains("RST", StringComparison.Ordinal)) == 2);
        Timeline picture = Picture(run);
        Arrow reset = Assert.Single(picture.Arrows, a => a.Kind == SegmentKind.Rst);
        Assert.Equal((TestHosts.Server, false, ResetReason.Aborted), (reset.From, reset.Lost, reset.Segment!.Reset));
        CallEvent close = run.Events.OfType<CallEvent>().Single(c => c is { Call: "close", Socket: "afd" });
        Assert.InRange(reset.Sent, close.T, close.T + close.Duration + 10 * Millisecond);
        Assert.DoesNotContain(picture.Arrows, a => a.Kind == SegmentKind.Fin);
        Assert.Empty(picture.TimeWaits);
        Assert.DoesNotContain(picture.Bands, b => b.State is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.TimeWait or TcpState.CloseWait);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_capture_whose_buffer_overflows_tells_exactly_how_many_segments_are_missing()
    {
        const int attempts = 7_000;
        await using RealLab lab = await RealLab.Start(scenarios: Scenarios);
        string id = await lab.Open("plain");
        // Counted by the kernel's firewall, which sees them behind the capture.
        lab.Client.Run(
            "nft",
            $"add table inet n; add counter inet n both; add chain inet n in {{ type filter hook input priority 0; }}; add chain inet n out {{ type filter hook output priority 0; }}; "
                + $"add rule inet n in tcp sport {Port} counter name both; add rule inet n out tcp dport {Port} counter name both"
        );
        Signal(lab.Agents[0], "STOP");
        lab.Client.Run(
            "bash",
            "-c",
            $"for ((i = 0; i < {attempts}; i++)); do exec 3<>/dev/tcp/{LocalHostsContract.InNamespaces[1].Address}/{Port}; done 2>/dev/null; true"
        );
        Signal(lab.Agents[0], "CONT");

        string counter = lab.Client.Run("nft", "list", "counter", "inet", "n", "both");
        int passed = int.Parse(System.Text.RegularExpressions.Regex.Match(counter, @"packets (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(passed >= 2 * attempts);
        static bool OfCapture(RunEvent e) => e is { Host: TestHosts.Client, Source: EvidenceSource.Capture };
        static long Told(RunFile r) => r.Events.Count(e => OfCapture(e) && e is SegmentEvent);
        static long Missing(RunFile r) => r.Events.Where(OfCapture).OfType<GapEvent>().Sum(g => g.Lost);
        RunFile run = await lab.Until(id, r => Told(r) + Missing(r) >= passed, every: 3_000);
        Assert.Equal(passed, Told(run) + Missing(run));
        GapEvent full = run.Events.Where(OfCapture).OfType<GapEvent>().First(g => g.Reason.Code == "gap.capture-full");
        Assert.True(full.Lost > 1000, full.Reason.ToString());
        Assert.True(Picture(run).Lost >= Missing(run));
    }

    private static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
