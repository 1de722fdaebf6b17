using System.Globalization;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Fuzz;

/// <summary>
/// Every address of the API and every method of both hubs is given what its description allows and what it does not: the answer is one that the description has, never a failure of the server's.
/// REUSEADDR_FUZZ says how many inputs (default 3000), REUSEADDR_SEED which (default 1).
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_FUZZ") ?? "3000", CultureInfo.InvariantCulture);

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 3_600_000)]
    public async Task No_request_makes_the_api_fail()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        JsonNode description = JsonNode.Parse(await dashboard.Http.GetStringAsync("/openapi/v1.json", Cancel))!;
        JsonNode? Resolve(string reference) => reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)description, (at, name) => at?[name.Replace("~1", "/", StringComparison.Ordinal)]);
        (string Path, string Method, JsonObject Operation)[] operations =
            [.. description["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (p.Key, o.Key, o.Value!.AsObject())))];
        var random = new Mutations(Seed);
        var known = new List<string> { "local", "without-reuseaddr", await dashboard.StartRun(new { scenario = "without-reuseaddr", ports = new { main = 22222 }, pauseMs = 0 }) };
        var statuses = new SortedDictionary<int, int>();
        for (int i = 0; i < Inputs; i++)
        {
            (string path, string method, JsonObject operation) = random.Pick(operations);
            using HttpRequestMessage request = Request(random, path, method, operation, Resolve, known);
            string sent = $"{i}: {request.Method} {request.RequestUri} {(request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(Cancel)))}";
            sent = sent[..Math.Min(sent.Length, 2000)];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            using HttpResponseMessage answer = await dashboard.Http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            int status = (int)answer.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            string body = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(status is < 500 or 503, $"{status} for {sent}\n{body}");
            // Kestrel's own, before any of this program's code: a request line or headers that are too long, a path that is none.
            if (status is 414 or 431 || status == 400 && body.Length == 0 && request.RequestUri!.OriginalString.Contains("%00", StringComparison.Ordinal))
                continue;
            if (status >= 400)
            {
                Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{status} {answer.Content.Headers.ContentType} for {sent}\n{body}");
                string? code = JsonDocument.Parse(body).RootElement.GetProperty("code").GetString();
                Assert.True(code is { Length: > 0 } and not "edge.fault" and not "lab.fault", $"{code} for {sent}");
            }
            else if (status == 201 && JsonNode.Parse(body)?["id"]?.GetValue<string>() is { } id)
            {
                known.Add(id);
                if (known.Count > 12)
                    known.RemoveAt(2);
            }
            if (i % 200 == 199)
                Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode, $"Reset after {sent}");
        }
        Assert.Equal("ok", await dashboard.Http.GetStringAsync("/healthz", Cancel));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Value}")));
    }

    [Fact(Timeout = 3_600_000)]
    public async Task No_message_makes_a_hub_fail_and_others_work_on()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", ports = new { main = 22222 }, pauseMs = 0 });
        var random = new Mutations(Seed);
        JsonNode commands = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fuzz", "messages.json")).Replace("RUN", id, StringComparison.Ordinal))!;
        for (int i = 0; i < Inputs / 10; i++)
        {
            bool agents = random.Once(2);
            using var socket = new ClientWebSocket();
            if (agents)
                socket.Options.SetRequestHeader("Authorization", HubPaths.KeyScheme + (random.Once(2) ? "wrong" : File.ReadAllText(Path.Combine(TestDashboard.AgentKeys, TestHosts.Server)).Trim()));
            await socket.ConnectAsync(new(dashboard.Url.Replace("http://", "ws://", StringComparison.Ordinal) + (agents ? HubPaths.Agent : HubPaths.Lab)), Cancel);
            await Send(socket, random.Once(20) ? random.Octets("""{"protocol":"json","version":1}""") : Encoding.UTF8.GetBytes("""{"protocol":"json","version":1}"""));
            JsonArray messages = commands[agents ? "agent" : "lab"]!.AsArray();
            for (int m = 0; m < 10 && socket.State == WebSocketState.Open; m++)
            {
                JsonNode message = random.Pick([.. messages])!.DeepClone();
                Mutate(random, message);
                await Send(socket, random.Octets(message.ToJsonString()));
            }
            socket.Abort();
        }
        // The lab works on for everybody else.
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        string next = await dashboard.StartRun(new { scenario = "with-reuseaddr", ports = new { main = 22223 }, pauseMs = 0 });
        Assert.True((await dashboard.Post($"/api/runs/{next}/steps/start-listener")).IsSuccessStatusCode);
        Assert.DoesNotContain((await dashboard.Run(id)).Events, e => e is Core.Log.NoteEvent { Code: Core.Log.NoteCodes.LabFault });
    }

    private static HttpRequestMessage Request(Mutations random, string path, string method, JsonObject operation, Func<string, JsonNode?> resolve, List<string> known)
    {
        var query = new List<string>();
        foreach (JsonNode? parameter in operation["parameters"] as JsonArray ?? [])
        {
            string name = parameter!["name"]!.GetValue<string>(), value = random.Once(3) ? random.Text() : random.Once(2) ? random.Pick(known) : random.Next(100).ToString(CultureInfo.InvariantCulture);
            if (parameter["in"]!.GetValue<string>() == "path")
                path = path.Replace($"{{{name}}}", Uri.EscapeDataString(random.Once(5) ? value : name is "lab" ? "local" : name is "step" ? "connect" : random.Pick(known)), StringComparison.Ordinal);
            else if (random.Once(2))
                query.Add($"{name}={Uri.EscapeDataString(value)}");
        }
        string target = random.Once(40) ? path + "/" + Uri.EscapeDataString(random.Text()) : path;
        var request = new HttpRequestMessage(random.Once(40) ? HttpMethod.Put : new HttpMethod(method.ToUpperInvariant()), target + (query.Count > 0 ? "?" + string.Join('&', query) : ""));
        if (operation["requestBody"]?["content"] is JsonObject content && !random.Once(15))
        {
            (string media, JsonNode? form) = random.Pick([.. content.Select(c => (c.Key, c.Value))]);
            JsonNode? body = random.Value(form?["schema"], resolve);
            // What plays by itself would still run when the next request comes.
            if (body is JsonObject { } start && start.ContainsKey("play"))
                start["play"] = false;
            request.Content = new ByteArrayContent(random.Octets(body?.ToJsonString() ?? "null"));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(random.Once(20) ? "text/plain" : media, out MediaTypeHeaderValue? type) ? type : null;
        }
        return request;
    }

    private static void Mutate(Mutations random, JsonNode message)
    {
        JsonNode at = message;
        while (true)
        {
            if (at is JsonObject { Count: > 0 } o)
            {
                string name = random.Pick([.. o.Select(p => p.Key)]);
                if (o[name] is JsonObject or JsonArray && !random.Once(3))
                {
                    at = o[name]!;
                    continue;
                }
                if (!random.Once(4))
                    o[name] = random.Value(null, _ => null);
            }
            else if (at is JsonArray { Count: > 0 } a)
            {
                int index = random.Next(a.Count);
                if (a[index] is JsonObject or JsonArray && !random.Once(3))
                {
                    at = a[index]!;
                    continue;
                }
                a[index] = random.Value(null, _ => null);
            }
            return;
        }
    }

    private static async Task Send(ClientWebSocket socket, byte[] message)
    {
        try
        {
            await socket.SendAsync(new ArraySegment<byte>([.. message, 0x1e]), WebSocketMessageType.Text, true, Cancel);
        }
        catch (WebSocketException)
        {
            // It was closed for what it sent before.
        }
    }
}
