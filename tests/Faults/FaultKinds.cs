using System.Net.WebSockets;
using System.Text;
using Microsoft.Data.Sqlite;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Faults;

/// <summary>What goes wrong: each kind is done once and undone, at a moment that chance chooses.</summary>
internal sealed class FaultKinds(Dashboard dashboard, IReadOnlyList<Viewer> viewers, Random random, CancellationToken cancel)
{
    private string Database => Path.Combine(dashboard.Data, "runs.db");

    public IReadOnlyList<(string Name, Func<Task> Do)> All =>
    [
        ("kill -9 of the client's agent", () => Kill("client", DashboardProcess.Sigkill)),
        ("kill -9 of the server's agent", () => Kill("server", DashboardProcess.Sigkill)),
        ("kill -15 of an agent", () => Kill(random.Next(2) == 0 ? "client" : "server", DashboardProcess.Sigterm)),
        ("kill -9 of the process that has the hosts", () => Kill("keeper", DashboardProcess.Sigkill)),
        ("kill -9 of the dashboard", () => Restart(DashboardProcess.Sigkill)),
        ("the dashboard ends and is started again", () => Restart(DashboardProcess.Sigterm)),
        ("an agent stands still", () => Stop("client", "server")),
        ("the dashboard stands still", async () => await Freeze(dashboard.Id)),
        ("a page loses its link", () => viewers[random.Next(viewers.Count)].Drop()),
        ("a page does not read", Deaf),
        ("a page floods", Flood),
        ("another program locks the database", Lock),
        ("the database is deleted", Delete),
        ("the disk is full", Fill),
        ("Reset in the middle", () => dashboard.Post("/api/labs/local/reset", null, cancel)),
        ("two Resets at once", () => Task.WhenAll(dashboard.Post("/api/labs/local/reset", null, cancel), dashboard.Post("/api/labs/local/reset", null, cancel))),
        ("nonsense for the API", Nonsense),
    ];

    private Task Kill(string role, int signal)
    {
        foreach ((int id, _) in dashboard.Hosts().Where(h => h.Role == role))
            DashboardProcess.Signal(id, signal);
        return Task.CompletedTask;
    }

    private async Task Restart(int signal)
    {
        await dashboard.End(signal);
        await dashboard.Start(cancel);
    }

    private async Task Stop(params string[] roles)
    {
        string role = roles[random.Next(roles.Length)];
        foreach ((int id, _) in dashboard.Hosts().Where(h => h.Role == role))
            await Freeze(id);
    }

    private async Task Freeze(int process)
    {
        DashboardProcess.Signal(process, DashboardProcess.Sigstop);
        await Task.Delay(random.Next(200, 4000), cancel);
        DashboardProcess.Signal(process, DashboardProcess.Sigcont);
    }

    private async Task Deaf()
    {
        using ClientWebSocket socket = await Raw();
        await Send(socket, """{"type":1,"target":"Join","arguments":["",null,null]}""");
        await Task.Delay(random.Next(200, 2000), cancel);
    }

    private async Task Flood()
    {
        using ClientWebSocket socket = await Raw();
        await Send(socket, """{"type":1,"target":"Join","arguments":["",null,null]}""");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            for (int i = 0; i < 5_000 && socket.State == WebSocketState.Open; i++)
                await socket.SendAsync(Encoding.UTF8.GetBytes("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Ask\",\"arguments\":[{\"command\":\"check\"}]}\u001e"), WebSocketMessageType.Text, true, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It was cut off, or its second is over.
        }
    }

    private async Task Lock()
    {
        using var other = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=1");
        try
        {
            other.Open();
            using SqliteTransaction held = other.BeginTransaction();
            await Task.Delay(random.Next(200, 3000), cancel);
        }
        catch (SqliteException)
        {
            // The dashboard was faster, or there is no database at the moment.
        }
    }

    private Task Delete()
    {
        foreach (string file in Directory.EnumerateFiles(dashboard.Data, "runs.db*").Where(f => !f.Contains(".db.", StringComparison.Ordinal)))
            File.Delete(file);
        return Task.CompletedTask;
    }

    private async Task Fill()
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        string fill = Path.Combine(dashboard.Data, "fill");
        try
        {
            await using FileStream file = new(fill, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            byte[] octets = new byte[4096];
            while (true)
                file.Write(octets);
        }
        catch (IOException)
        {
            // Full.
        }
        await Task.Delay(random.Next(500, 3000), cancel);
        File.Delete(fill);
    }

    private async Task Nonsense()
    {
        foreach (string body in (string[])["{", "[]", "\"\\ud800\"", """{"scenario":7,"ports":{"main":-1}}""", new string('[', 5000)])
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await dashboard.Http.PostAsync(dashboard.Url + "/api/labs/local/runs", content, cancel);
            Assert.Equal(400, (int)answer.StatusCode);
        }
    }

    private async Task<ClientWebSocket> Raw()
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new(dashboard.Url.Replace("http://", "ws://", StringComparison.Ordinal) + HubPaths.Lab), cancel);
        await Send(socket, """{"protocol":"json","version":1}""");
        return socket;
    }

    private Task Send(ClientWebSocket socket, string message) => socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, cancel);
}
