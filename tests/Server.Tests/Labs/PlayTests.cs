using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class PlayTests
{
    private static readonly object Quick = new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 };

    [Fact]
    public async Task Steps_make_the_scenarios_calls_in_order_and_the_rebinds_failure_is_its_result()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        server.Result = c => Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        server.Rows = c => c is { Socket: "afd", Call: SocketCall.Close }
            ? [ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", null, TcpState.TimeWait)] : [];

        string id = await dashboard.StartRun(Quick);
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);

        RunFile run = await dashboard.Run(id);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Equal(Enumerable.Range(1, run.Events.Count).Select(i => (long)i), run.Events.Select(e => e.Seq));
        Assert.Equal(
            ["server socket lfd", "server bind lfd", "server listen lfd", "client socket cfd", "client connect cfd", "server accept4 lfd",
             "server close afd", "server close lfd", "client read cfd", "client close cfd", "server socket rfd", "server bind rfd", "server close rfd"],
            run.Events.OfType<CallEvent>().Select(c => $"{c.Host} {c.Call} {c.Socket}"));
        RebindResult rebind = Assert.Single(run.Rebind);
        Assert.Equal(("EADDRINUSE", -1L, "bind"), (rebind.Errno, rebind.Result, rebind.Call));
        Assert.Equal(["accept", "we received FIN from server.", "bind: Address already in use"], run.Events.OfType<OutputEvent>().Select(o => o.Text));
        Assert.DoesNotContain(run.Events, e => e is NoteEvent { Code: NoteCodes.NoTimeWait });
    }

    [Fact]
    public async Task A_client_in_the_servers_namespace_binds_its_own_address_whoever_started_its_agent()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        HostFacts Facts(string name, string address) => ScriptedAgent.Facts(name) with { Address = address, NetworkNamespace = 4026531840 };
        ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client, facts: Facts(HubRoutes.Client, "127.0.0.2"));
        ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server, facts: Facts(HubRoutes.Server, "127.0.0.1"));
        (client.Peer, server.Peer) = (server, client);

        string id = await dashboard.StartRun(Quick);
        foreach (string step in (string[])["start-listener", "connect"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        Assert.Equal(["socket", "bind", "connect"], (await dashboard.Run(id)).Events.OfType<CallEvent>().Where(c => c.Host == HubRoutes.Client).Select(c => c.Call));
    }

    [Fact]
    public async Task Play_with_the_option_sets_it_on_both_listeners_and_completes()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        var ended = new EndWatcher();
        await using var browser = await ended.Follow(dashboard);

        string id = await dashboard.StartRun(new { scenario = "with-reuseaddr", port = 22222, pauseMs = 0, play = true });
        await ended.Completed;

        RunFile run = await dashboard.Run(id);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Equal(["lfd", "rfd"], run.Events.OfType<CallEvent>().Where(c => c.Call == "setsockopt").Select(c => c.Socket));
        Assert.Null(Assert.Single(run.Rebind).Errno);
        Assert.Contains(run.Events, e => e is NoteEvent { Code: NoteCodes.NoTimeWait, Level: NoteLevel.Warning });
    }

    [Fact]
    public async Task A_rebind_may_be_repeated_and_first_ends_the_program_that_still_listens()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind", "rebind"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);

        RunFile run = await dashboard.Run(id);
        Assert.Equal([1, 2], run.Rebind.Select(r => r.Attempt));
        Assert.Equal(["close rfd", "socket rfd", "bind rfd", "listen rfd"],
            run.Events.OfType<CallEvent>().Where(c => c is { Step: "rebind", Attempt: 2 }).Select(c => $"{c.Call} {c.Socket}"));
    }

    [Fact]
    public async Task Next_call_makes_one_call_at_a_time_through_all_steps()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        for (int made = 1; made <= 10; made++)
        {
            Assert.True((await dashboard.Post($"/api/runs/{id}/next-call")).IsSuccessStatusCode);
            Assert.Equal(made, client.Commands.Count + server.Commands.Count);
        }
        Assert.Equal(3, (await dashboard.Run(id)).Events.OfType<StepEvent>().Count(s => s.Status == StepStatus.Done));
    }

    [Fact]
    public async Task A_failing_connect_fails_its_step_closes_the_clients_socket_and_may_be_tried_again()
    {
        (TestDashboard dashboard, ScriptedAgent client, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        int tries = 0;
        client.Result = c => Task.FromResult<(string, int, string)?>(c.Call == SocketCall.Connect && tries++ == 0 ? ("ECONNREFUSED", 111, "Connection refused") : null);
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");

        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/steps/connect"));
        Assert.Equal(409, status);
        Assert.Contains("Connection refused (ECONNREFUSED)", detail);
        Assert.Equal(["socket", "connect", "close"], (await dashboard.Run(id)).Events.OfType<CallEvent>().Where(c => c.Host == "client").Select(c => c.Call));

        Assert.True((await dashboard.Post($"/api/runs/{id}/steps/connect")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Play_waits_until_TIME_WAIT_of_an_earlier_connection_has_gone()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        await dashboard.Http.PostAsync("/api/labs/local/reset", null, TestContext.Current.CancellationToken);
        string id = await dashboard.StartRun(Quick);
        await server.Send([ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", null, TcpState.TimeWait)]);
        var ended = new EndWatcher();
        await using var browser = await ended.Follow(dashboard);
        Assert.True((await dashboard.Post($"/api/runs/{id}/play")).IsSuccessStatusCode);
        await ended.Waits;
        Assert.Empty(server.Commands);

        // A row that is only read anew still holds the port.
        await server.Send([ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", TcpState.TimeWait, TcpState.TimeWait)]);
        Assert.Empty(server.Commands);
        await server.Send([ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", TcpState.TimeWait, null)]);
        await ended.Completed;
        Assert.Equal(SocketCall.Socket, server.Commands[0].Call);
    }
}
