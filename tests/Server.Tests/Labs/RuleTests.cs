using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class RuleTests
{
    private const string Local = "192.168.122.68:22222",
        Remote = "192.168.122.177:40000";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bind_that_the_rule_does_not_explain_is_an_alarm(bool timeWait)
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(
            dashboard.Url,
            TestHosts.Server,
            facts: ScriptedAgent.Facts(TestHosts.Server) with
            {
                Sources = [.. SourceFact.All.Select(SourceFact.Has)],
            }
        );
        await dashboard.UntilReady();
        server.Connection = (Local, Remote);
        server.Result = c =>
            Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        server.Rows = c => timeWait && c is { Socket: "afd", Call: SocketCall.Close } ? [ScriptedAgent.Row(Local, Remote, null, TcpState.TimeWait)] : [];

        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        foreach (string step in (string[])["start-listener", "connect", "close"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        RunVerdict before = await Verdict(dashboard, id);
        Assert.Equal(timeWait ? BindOutcome.InUse : BindOutcome.Ok, before.Next!.Verdict.Outcome);
        Assert.True((await dashboard.Post($"/api/runs/{id}/steps/rebind")).IsSuccessStatusCode);

        RuleCheck check = (await Verdict(dashboard, id)).Made[^1];
        NoteEvent[] alarms = [.. (await dashboard.Run(id)).Events.OfType<NoteEvent>().Where(n => n.Code == NoteCodes.RuleMismatch)];
        Assert.Equal(("EADDRINUSE", "rebind", timeWait ? RuleMatch.Same : RuleMatch.Differs), (check.Errno, check.Step, check.Match));
        if (timeWait)
        {
            Assert.Empty(alarms);
        }
        else
        {
            Assert.Equal(
                (NoteLevel.Alarm, "bind", "0.0.0.0:22222", "EADDRINUSE", "ok", id),
                (
                    Assert.Single(alarms).Level,
                    alarms[0].Message["call"],
                    alarms[0].Message["address"],
                    alarms[0].Message["real"],
                    alarms[0].Message["rule"],
                    alarms[0].Message["run"]
                )
            );
        }
    }

    [Fact]
    public async Task An_alarm_names_what_a_kernel_is_known_for()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(
            dashboard.Url,
            TestHosts.Server,
            facts: ScriptedAgent.Facts(TestHosts.Server) with
            {
                Kernel = "6.1.3",
                Sources = [.. SourceFact.All.Select(SourceFact.Has)],
            }
        );
        await dashboard.UntilReady();
        server.Connection = (Local, Remote);
        server.Rows = c => c is { Socket: "afd", Call: SocketCall.Close } ? [ScriptedAgent.Row(Local, Remote, null, TcpState.TimeWait)] : [];
        string id = await dashboard.StartRun(
            new
            {
                script = Scenarios.Lessons.With("socket: rfd, address: any", "socket: rfd, address: server"),
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        // The scripted kernel lets it bind all the same.
        NoteEvent alarm = (await dashboard.Run(id)).Events.OfType<NoteEvent>().First(n => n.Level == NoteLevel.Alarm);
        Assert.Equal(
            (NoteCodes.RuleQuirk, "ok", "EADDRINUSE", "verdict.quirk.time-wait-missed"),
            (alarm.Code, alarm.Message["real"], alarm.Message["rule"], alarm.Message["known"])
        );
        Assert.EndsWith(TextCatalog.English["verdict.quirk.time-wait-missed"], TextCatalog.English[alarm.Message], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BindOutcome.Invalid, null, "EINVAL", "ok")]
    [InlineData(BindOutcome.Invalid, "EADDRINUSE", "EINVAL", "EADDRINUSE")]
    [InlineData(BindOutcome.Ok, "EADDRINUSE", "ok", "EADDRINUSE")]
    public void An_alarm_spells_what_the_rule_says(BindOutcome says, string? errno, string rule, string real)
    {
        var check = new RuleCheck(
            1,
            "server",
            "rebind",
            1,
            errno,
            new BindCandidate { Local = TcpEndpoint.Of(System.Net.IPAddress.Any, 22222) },
            new BindVerdict(PortCall.Bind, says, [], [], []),
            RuleMatch.Differs,
            RuleDoubt.None
        );
        Message told = RuleAlarm.Describe(check, "run", "6.18");
        Assert.Equal((NoteCodes.RuleMismatch, rule, real), (told.Code, told["rule"], told["real"]));
        Message verdict = VerdictMessages.Words(check).Rule!;
        Assert.Equal(rule == "ok" ? ("verdict.rule.differs-ok", "") : ("verdict.rule.differs-error", rule), (verdict.Code, verdict["errno"]));
    }

    private static async Task<RunVerdict> Verdict(TestDashboard dashboard, string id) =>
        (await dashboard.Http.GetFromJsonAsync($"/api/runs/{id}/verdict", WireJson.Default.RunVerdict, TestContext.Current.CancellationToken))!;
}
