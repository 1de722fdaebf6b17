using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

public sealed class SsViewTests
{
    [Fact]
    public async Task The_sockets_of_a_moment_are_those_read_before_it_with_the_timer_run_down()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        long now = ScriptedAgent.Monotonic;
        await server.Send([
            ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", null, TcpState.TimeWait) with
            {
                T = now, Timer = new SocketTimer(TimerKind.TimeWait, 60_000_000_000),
            },
            ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", TcpState.TimeWait, null) with { T = now + 61_500_000_000 },
        ]);
        decimal begin = (await dashboard.Run(id)).Events.OfType<Core.Events.SocketEvent>().First().T / 1_000_000_000m;

        const string header = "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess";
        Assert.Equal(header, (await Ss(begin - 0.001m)).Trim());
        string waiting = await Ss(begin + 13.5m);
        Assert.Matches(@"^TIME-WAIT 0 +0 +192\.168\.122\.68:22222 +192\.168\.122\.177:40000 timer:\(timewait,46sec,0\)", waiting.Split('\n')[1]);
        Assert.Equal(header, (await Ss(begin + 62)).Trim());

        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Http.GetAsync($"/api/runs/{id}/ss?at=noon", TestContext.Current.CancellationToken));
        Assert.Equal(400, status);
        Assert.Contains("at=12.5", detail);

        Task<string> Ss(decimal at) => dashboard.Http.GetStringAsync($"/api/runs/{id}/ss?at={at.ToString(System.Globalization.CultureInfo.InvariantCulture)}", TestContext.Current.CancellationToken);
    }
}
