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
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        long now = ScriptedAgent.Monotonic;
        await server.Send([
            ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", null, TcpState.TimeWait) with
            {
                T = now,
                Timer = new SocketTimer(TimerKind.TimeWait, 60_000_000_000),
            },
            ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", TcpState.TimeWait, null) with
            {
                T = now + 61_500_000_000,
            },
        ]);
        decimal begin = (await dashboard.Run(id)).Events.OfType<Core.Log.SocketEvent>().First().T / 1_000_000_000m;

        const string header = "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess";
        Assert.Equal(header, (await Ss(begin - 0.001m)).Trim());
        string waiting = await Ss(begin + 13.5m);
        Assert.Matches(@"^TIME-WAIT 0 +0 +192\.168\.122\.68:22222 +192\.168\.122\.177:40000 timer:\(timewait,46sec,0\)", waiting.Split('\n')[1]);
        Assert.Equal(header, (await Ss(begin + 62)).Trim());

        (int status, string detail, _) = await TestDashboard.Problem(
            await dashboard.Http.GetAsync($"/api/runs/{id}/ss?at=noon", TestContext.Current.CancellationToken)
        );
        Assert.Equal(400, status);
        Assert.Contains("at=12.5", detail);

        Task<string> Ss(decimal at) =>
            dashboard.Http.GetStringAsync(
                $"/api/runs/{id}/ss?at={at.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
                TestContext.Current.CancellationToken
            );
    }

    [Fact]
    public async Task Any_host_and_port_can_be_asked_for_and_an_unknown_one_is_refused()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        await server.Send([ScriptedAgent.Row("192.168.122.68:22222", "0.0.0.0:0", null, TcpState.Listen)]);
        await client.Send([ScriptedAgent.Row("192.168.122.177:40000", "192.168.122.68:22222", null, TcpState.Established)]);

        Assert.Contains("LISTEN", await Ss(""), StringComparison.Ordinal);
        Assert.Contains("LISTEN", await Ss("?host=server&port=main"), StringComparison.Ordinal);
        Assert.DoesNotContain("LISTEN", await Ss("?host=client"), StringComparison.Ordinal);
        Assert.Contains("ESTAB", await Ss("?host=client&port=40000"), StringComparison.Ordinal);
        foreach (
            (string query, string code) in ((string, string)[])
                [
                    ("?host=moon", "edge.unknown-host"),
                    ("?port=ftp", "edge.unknown-port"),
                    ("?port=0", "edge.unknown-port"),
                    ("?port=99999", "edge.unknown-port"),
                ]
        )
        {
            (int status, _, System.Text.Json.JsonElement problem) = await TestDashboard.Problem(
                await dashboard.Http.GetAsync($"/api/runs/{id}/ss{query}", TestContext.Current.CancellationToken)
            );
            Assert.Equal((400, code), (status, problem.GetProperty("code").GetString()));
        }

        Task<string> Ss(string query) => dashboard.Http.GetStringAsync($"/api/runs/{id}/ss{query}", TestContext.Current.CancellationToken);
    }
}
