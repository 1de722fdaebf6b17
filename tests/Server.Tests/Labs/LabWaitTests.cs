using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>What the lab does about TIME-WAIT: waits for its end, destroys it when asked, repeats a step until it is over.</summary>
public sealed class LabWaitTests
{
    private static (LabBench Bench, BenchAgent Client, BenchAgent Server, string Run) Failed(int failing, HostFacts? facts = null)
    {
        var bench = new LabBench(null, Rebind());
        BenchAgent client = bench.Join("client"),
            server = bench.Join("server", facts);
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        int binds = 0;
        server.Sees = o => o is CallOrder { Socket: "afd", Call: SocketCall.Close } ? [Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now)] : [];
        server.Result = c => c is { Socket: "rfd", Call: SocketCall.Bind } && binds++ < failing ? InUse : null;
        string run = bench.Start();
        foreach (string step in (string[])["start", "connect", "close", "again"])
            Assert.True(bench.Ask(new RunStep(run, step)).Ok, step);
        return (bench, client, server, run);
    }

    [Fact]
    public void A_step_is_repeated_once_a_second_for_real_until_it_ends_otherwise()
    {
        (LabBench bench, _, _, string run) = Failed(4);
        long repeat = bench.Begin(new RepeatStep(run));
        Assert.True(bench.State.Runs[0] is { Repeating: true, Busy: true });
        Assert.Equal(2, bench.Run(run).Progress.Results.Count);
        bench.Pass(TimeSpan.FromMilliseconds(999));
        Assert.Equal(2, bench.Run(run).Progress.Results.Count);
        Assert.Equal("lab.busy", bench.Ask(new RunStep(run, "again")).Refusal!.Code);
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.True(bench.Replies[repeat].Ok);
        RunHeader header = bench.Run(run).Header;
        Assert.Equal([false, true, true, true, true], Timeline.Fold(header, bench.Shown[run]).Results.Select(r => r.Repeated));
        NoteEvent ended = bench.Log<NoteEvent>(run).Single(n => n.Code == NoteCodes.RepeatingEnded);
        Assert.Equal(("ok", "4", "3000000000"), (ended.Message["end"], ended.Message["attempts"], ended.Message["after"]));
        Assert.Equal("lab.not-in-use", bench.Ask(new RepeatStep(run)).Refusal!.Code);
    }

    [Fact]
    public void A_timer_that_fires_early_is_asked_for_once_more()
    {
        (LabBench bench, _, _, string run) = Failed(4);
        bench.Begin(new RepeatStep(run));
        bench.Effects.Clear();
        bench.Take(new TimeCame());
        Assert.Contains(bench.Effects, e => e is WakeAt { At: { } at } && at > bench.Now);
    }

    [Fact]
    public void Repeating_stops_when_told_between_two_attempts_and_after_seventy_seconds_by_itself()
    {
        (LabBench bench, _, _, string run) = Failed(int.MaxValue);
        bench.Begin(new RepeatStep(run));
        bench.Pass(TimeSpan.FromMilliseconds(1500));
        Assert.True(bench.Ask(new StopRepeating(run)).Ok);
        Assert.Equal(3, bench.Run(run).Progress.Results.Count);
        Assert.Equal("stopped", bench.Log<NoteEvent>(run).Last().Message["end"]);
        Assert.True(bench.Ask(new StopRepeating(run)).Ok);
        Assert.Empty(bench.Run(run).Progress.Facts.OpenSockets);

        bench.Begin(new RepeatStep(run));
        bench.Pass(TimeSpan.FromSeconds(75));
        Assert.Equal(
            (NoteLevel.Warning, "EADDRINUSE", "71"),
            (bench.Log<NoteEvent>(run).Last().Level, bench.Log<NoteEvent>(run).Last().Message["end"], bench.Log<NoteEvent>(run).Last().Message["attempts"])
        );
    }

    [Fact]
    public void An_attempt_that_took_longer_than_a_second_leaves_out_the_beginnings_it_missed()
    {
        (LabBench bench, _, BenchAgent server, string run) = Failed(int.MaxValue);
        server.Silent = o => o is CallOrder { Call: SocketCall.Socket };
        bench.Begin(new RepeatStep(run));
        bench.Pass(TimeSpan.FromMilliseconds(2500));
        server.Silent = _ => false;
        server.Answer(server.Calls.Last());
        Assert.Equal(2, bench.Run(run).Progress.Results.Count);
        bench.Pass(TimeSpan.FromMilliseconds(499));
        Assert.Equal(2, bench.Run(run).Progress.Results.Count);
        bench.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, bench.Run(run).Progress.Results.Count);
    }

    [Fact]
    public void Reset_and_an_agents_restart_end_the_repeating_and_the_log_says_so()
    {
        (LabBench bench, _, BenchAgent server, string run) = Failed(int.MaxValue);
        bench.Begin(new RepeatStep(run));
        server.Leave();
        bench.Join("server");
        Assert.Equal("interrupted", bench.Log<NoteEvent>(run).Last(n => n.Code == NoteCodes.RepeatingEnded).Message["end"]);
        Assert.False(bench.State.Runs[0].Busy);
        (bench, _, _, run) = Failed(int.MaxValue);
        bench.Begin(new RepeatStep(run));
        Assert.True(bench.Ask(new ResetRun(run)).Ok);
        Assert.Equal("interrupted", bench.Log<NoteEvent>(run).Last(n => n.Code == NoteCodes.RepeatingEnded).Message["end"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_the_runs_own_TIME_WAIT_is_destroyed_and_only_where_the_host_may(bool may)
    {
        (LabBench bench, _, BenchAgent server, string run) = Failed(1, Facts("server") with { CanDestroySockets = may });
        bench.Take(new HostsModeChanged(HostsMode.Remote, null));
        server.Tell(Row(ServerEnd, "192.168.122.177:50000", null, TcpState.TimeWait, bench.Now));
        LabReply reply = bench.Ask(new SkipWait(run));
        if (may)
            Assert.Equal((true, ClientEnd), (reply.Ok, Assert.Single(server.Orders.OfType<DestroyOrder>()).Remote.ToString()));
        else
            Assert.Equal(("lab.cannot-destroy", 0), (reply.Refusal!.Code, server.Orders.OfType<DestroyOrder>().Count()));
        if (may)
            Assert.Equal("lab.no-time-wait", bench.Ask(new SkipWait(run)).Refusal!.Code);
    }

    [Fact]
    public void The_wait_can_be_skipped_while_the_lab_repeats()
    {
        (LabBench bench, _, BenchAgent server, string run) = Failed(3);
        bench.Begin(new RepeatStep(run));
        Assert.True(bench.Ask(new SkipWait(run)).Ok);
        Assert.Single(server.Orders.OfType<DestroyOrder>());
        Assert.True(bench.State.Runs[0].Repeating);
    }

    [Fact]
    public void Play_waits_while_the_rule_says_that_TIME_WAIT_meets_the_first_bind_and_this_wait_can_be_skipped_too()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        string run = bench.Start();
        server.Tell(Row(ServerEnd, "192.168.122.177:50000", null, TcpState.TimeWait, bench.Now));
        long play = bench.Begin(new PlayRun(run));
        Assert.Equal("22222", Assert.Single(bench.Log<NoteEvent>(run), n => n.Code == NoteCodes.WaitingForPort).Message["port"]);
        // A row that is only read anew still holds the port.
        server.Tell(Row(ServerEnd, "192.168.122.177:50000", TcpState.TimeWait, TcpState.TimeWait, bench.Now));
        bench.Pass(TimeSpan.FromSeconds(30));
        Assert.Empty(server.Calls);
        Assert.True(bench.Ask(new SkipWait(run)).Ok);
        Assert.Single(server.Orders.OfType<DestroyOrder>());
        Assert.True(bench.Replies[play].Ok);
        Assert.Equal(Outcome.Completed, bench.Run(run).Progress.Outcome);
    }

    [Fact]
    public void Play_waits_for_seventy_seconds_at_most_and_not_for_a_listener()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        string run = bench.Start();
        server.Tell(Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now));
        bench.Begin(new PlayRun(run));
        bench.Pass(TimeSpan.FromSeconds(69));
        Assert.Empty(server.Calls);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.NotEmpty(server.Calls);
        bench.Ask(new ResetRun(run));

        server.Orders.Clear();
        string next = bench.Start(33333);
        server.Tell(Row("0.0.0.0:33333", "0.0.0.0:0", null, TcpState.Listen, bench.Now, inode: 5));
        bench.Begin(new PlayRun(next));
        Assert.NotEmpty(server.Calls);
    }
}
