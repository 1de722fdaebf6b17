using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The rule over the log of real runs against what the kernel did in them.</summary>
public sealed class BindRuleTests(SharedDashboards shared) : LabTests(shared)
{
    [Fact]
    public async Task Every_bind_and_listen_of_real_runs_is_what_the_rule_says()
    {
        foreach ((bool listener, bool rebind) in ((bool, bool)[])[(false, false), (false, true), (true, false), (true, true)])
        {
            string run = await Open(LessonPorts.Next(), listener, rebind);
            foreach (string step in (string[])["start-listener", "connect", "close"])
                await Step(run, step);
            BindPreview next = (await Verdict(run)).Next!;
            bool free = listener && rebind;
            Assert.Equal((free ? BindOutcome.Ok : BindOutcome.InUse, RuleDoubt.None), (next.Verdict.Outcome, next.Doubt));
            await Step(run, "rebind");
            await Step(run, "rebind");
            RunVerdict rule = await Verdict(run);
            Assert.All(
                rule.Made,
                c => Assert.True((c.Match, c.Doubt) == (RuleMatch.Same, RuleDoubt.None), $"{c} in the way: {string.Join(", ", c.Verdict.Obstacles)}")
            );
            Assert.Equal(free ? 6 : 4, rule.Made.Count);
            Assert.Equal(free ? null : "EADDRINUSE", rule.Made[^1].Errno);
        }
    }

    // The option is 1 on every foreign socket, which nobody here can know.
    [Theory]
    [InlineData("bound", false, RuleMatch.Same, BindClause.CandidateLacksReuseAddr, "EADDRINUSE")]
    [InlineData("bound", true, RuleMatch.Unknown, BindClause.OtherOptionsUnknown, null)]
    [InlineData("listening", false, RuleMatch.Same, BindClause.OtherListens, "EADDRINUSE")]
    [InlineData("listening", true, RuleMatch.Same, BindClause.OtherListens, "EADDRINUSE")]
    public async Task A_strangers_socket_on_the_port_is_named_and_its_options_are_unknown(
        string what,
        bool reuse,
        RuleMatch match,
        BindClause clause,
        string? errno
    )
    {
        int port = LessonPorts.Next();
        HostFacts server = (await Dashboard.Lab()).Hosts.Single(host => host.Name == "server").Facts!;
        using Stranger stranger = await Stranger.On(Dashboard, server, port, reuse: true, listens: what == "listening");
        string run = await Open(port, reuse, reuse);
        BindPreview next = (await Verdict(run)).Next!;
        using HttpResponseMessage step = await Dashboard.Http.PostAsync($"{run}/steps/start-listener", null);
        RuleCheck bind = (await Verdict(run)).Made.First();
        Assert.Equal((match, errno), (bind.Match, bind.Errno));
        BindObstacle obstacle = Assert.Single(bind.Verdict.Obstacles);
        Assert.Equal(
            (clause, null, what == "bound" ? TcpState.BoundInactive : TcpState.Listen),
            (obstacle.Clause, obstacle.Socket.ReuseAddr, obstacle.Socket.State)
        );
        Assert.NotEqual(0ul, obstacle.Socket.Inode);
        Assert.Equal(bind.Verdict.Outcome, next.Verdict.Outcome);
        Assert.DoesNotContain((await Dashboard.GetRun(run.Split('/')[^1])).Events, e => e is NoteEvent { Code: NoteCodes.RuleMismatch });
    }

    private async Task<string> Open(int port, bool listener, bool rebind)
    {
        Assert.Equal(HttpStatusCode.OK, (await Dashboard.Http.PostAsync("/api/labs/local/reset", null)).StatusCode);
        StartRun start = Lessons.ReuseAddr(port, listener, rebind);
        using HttpResponseMessage opened = await Dashboard.Http.PostAsJsonAsync("/api/labs/local/runs", start, WireJson.Default.StartRun);
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        return opened.Headers.Location!.ToString();
    }

    private async Task Step(string run, string step)
    {
        using HttpResponseMessage done = await Dashboard.Http.PostAsync($"{run}/steps/{step}", null);
        Assert.True(done.IsSuccessStatusCode, await done.Content.ReadAsStringAsync());
    }

    private async Task<RunVerdict> Verdict(string run) => (await Dashboard.Http.GetFromJsonAsync($"{run}/verdict", WireJson.Default.RunVerdict))!;
}
