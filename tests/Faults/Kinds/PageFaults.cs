using System.Net.WebSockets;
using System.Text;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Faults.Kinds;

/// <summary>Pages that lose their link or behave badly, and requests that no page makes.</summary>
internal sealed class PageFaults(Dashboard dashboard, IReadOnlyList<Viewer> viewers, Random random, CancellationToken cancel)
{
    private const string Join = """{"type":1,"target":"Join","arguments":["",null,null]}""";

    public IReadOnlyList<FaultKind> All =>
        [
            new("a page goes and comes back", () => Done(viewers[random.Next(viewers.Count)].Leave())),
            new("a page loses its network", () => Task.FromResult(viewers[random.Next(viewers.Count)].Lose())),
            new("all pages lose their network", () => Task.FromResult(viewers.Count(v => v.Lose()) > 0)),
            new("a page does not read", () => Done(Deaf())),
            new("a page floods", () => Done(Flood())),
            new("Reset in the middle", () => Done(dashboard.Post("/api/labs/local/reset", null, cancel))),
            new(
                "two Resets at once",
                () => Done(Task.WhenAll(dashboard.Post("/api/labs/local/reset", null, cancel), dashboard.Post("/api/labs/local/reset", null, cancel)))
            ),
            new("nonsense for the API", () => Done(Nonsense())),
        ];

    private static async Task<bool> Done(Task done)
    {
        await done;
        return true;
    }

    private async Task Deaf()
    {
        using ClientWebSocket socket = await Raw();
        await Send(socket, Join);
        await Task.Delay(random.Next(200, 2000), cancel);
    }

    private async Task Flood()
    {
        using ClientWebSocket socket = await Raw();
        await Send(socket, Join);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            for (int i = 0; i < 5_000 && socket.State == WebSocketState.Open; i++)
            {
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Ask\",\"arguments\":[{\"command\":\"check\"}]}\u001e"),
                    WebSocketMessageType.Text,
                    true,
                    limit.Token
                );
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It was cut off, or its second is over.
        }
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

    private Task Send(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, cancel);
}
