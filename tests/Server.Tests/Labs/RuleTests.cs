using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class RuleTests
{
    private const string Local = "192.168.122.68:22222", Remote = "192.168.122.177:40000";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bind_that_the_rule_does_not_explain_is_an_alarm(bool timeWait)
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server, facts: ScriptedAgent.Facts(HubRoutes.Server) with { Sources = [.. SourceFact.All.Select(SourceFact.Has)] });
        server.Connection = (Local, Remote);
        server.Result = c => Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        server.Rows = c => timeWait && c is { Socket: "afd", Call: SocketCall.Close } ? [ScriptedAgent.Row(Local, Remote, null, TcpState.TimeWait)] : [];

        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        foreach (string step in (string[])["start-listener", "connect", "close"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        RunVerdict before = await Verdict(dashboard, id);
        Assert.Equal(timeWait ? BindOutcome.InUse : BindOutcome.Ok, before.Next!.Verdict.Outcome);
        Assert.True((await dashboard.Post($"/api/runs/{id}/steps/rebind")).IsSuccessStatusCode);

        RuleCheck check = (await Verdict(dashboard, id)).Made[^1];
        NoteEvent[] alarms = [.. (await dashboard.Run(id)).Events.OfType<NoteEvent>().Where(n => n.Code == NoteCodes.RuleMismatch)];
        Assert.Equal(("EADDRINUSE", "rebind", timeWait ? RuleMatch.Same : RuleMatch.Differs), (check.Errno, check.Step, check.Match));
        if (timeWait)
            Assert.Empty(alarms);
        else
            Assert.Equal((NoteLevel.Alarm, $"bind() on 0.0.0.0:22222: the kernel says EADDRINUSE, and its rule over the sockets that were seen says success. Keep this run (GET /api/runs/{id}) and report it."),
                (Assert.Single(alarms).Level, alarms[0].Text));
    }

    private static async Task<RunVerdict> Verdict(TestDashboard dashboard, string id) =>
        (await dashboard.Http.GetFromJsonAsync($"/api/runs/{id}/verdict", WireJson.Default.RunVerdict, TestContext.Current.CancellationToken))!;
}
