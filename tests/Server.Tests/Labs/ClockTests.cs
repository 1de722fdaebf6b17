using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class ClockTests
{
    [Fact]
    public async Task Times_of_another_machine_are_placed_on_the_labs_axis_within_the_measured_uncertainty()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server,
            facts: ScriptedAgent.Facts(HubRoutes.Server) with { BootId = "00000000-0000-4000-8000-000000000001" }, clockBehind: 1_000_000_000_000);
        LabHost host = await UntilMeasured(dashboard);
        Assert.InRange(host.ClockUncertainty!.Value, 1, 1_000_000_000);

        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        long before = ScriptedAgent.Monotonic;
        await server.Send([new NoteEvent { Source = EventSource.Agent, Code = "now", Text = "now", T = ScriptedAgent.Monotonic - 1_000_000_000_000 }]);
        long after = ScriptedAgent.Monotonic;

        RunFile run = await dashboard.Run(id);
        long t = run.Events.OfType<NoteEvent>().Single(n => n.Code == "now").T;
        Assert.InRange(t, 0, after - before + run.Events.Max(e => e.T) + host.ClockUncertainty.Value);
        Assert.True(t < 60_000_000_000, "a clock 1000 s behind must not show");
    }

    private static async Task<LabHost> UntilMeasured(TestDashboard dashboard)
    {
        for (int asked = 0; asked < 2000; asked++)
        {
            var labs = await dashboard.Http.GetFromJsonAsync("/api/labs", WireJson.Default.IReadOnlyListLabState, TestContext.Current.CancellationToken);
            if (labs![0].Hosts.Single(h => h.Name == HubRoutes.Server) is { Connected: true } host)
                return host;
        }
        throw new TimeoutException("The clock was never measured.");
    }
}
