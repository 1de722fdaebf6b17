using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Fuzz;

/// <summary>
/// Every address of the API and every method of both hubs is given what its description allows and what it does not: the answer is one that the description
/// has, never a failure of the server's.
/// REUSEADDR_FUZZ says how many inputs (default 3000), REUSEADDR_SEED which (default 1).
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_FUZZ") ?? "3000", CultureInfo.InvariantCulture);

    private const int Messages = 10;

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 3_600_000)]
    public async Task No_request_makes_the_api_fail()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        JsonNode description = JsonNode.Parse(await dashboard.Http.GetStringAsync("/openapi/v1.json", Cancel))!;
        JsonNode? Resolve(string reference) =>
            reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)description, (at, name) => at?[name.Replace("~1", "/", StringComparison.Ordinal)]);
        (string Path, string Method, JsonObject Operation)[] operations =
        [
            .. description["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (p.Key, o.Key, o.Value!.AsObject()))),
        ];
        var random = new Mutations(Seed);
        var runs = new List<string>
        {
            await dashboard.StartRun(
                new
                {
                    scenario = "without-reuseaddr",
                    ports = new { main = 22222 },
                    pauseMs = 0,
                }
            ),
        };
        var statuses = new SortedDictionary<int, int>();
        for (int i = 0; i < Inputs; i++)
        {
            (string path, string method, JsonObject operation) = random.Pick(operations);
            using HttpRequestMessage request = Request(random, path, method, operation, Resolve, runs);
            string sent =
                $"{i}: {request.Method} {request.RequestUri} {(request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(Cancel)))}";
            sent = sent[..Math.Min(sent.Length, 2000)];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            using HttpResponseMessage answer = await dashboard.Http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            int status = (int)answer.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            string body = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(status < 500, $"{status} for {sent}\n{body}");
            // Kestrel's own, before any of this program's code: a request line or headers that are too long, a path that is none.
            if (status is 414 or 431 || status == 400 && body.Length == 0 && request.RequestUri!.OriginalString.Contains("%00", StringComparison.Ordinal))
                continue;
            if (status >= 400)
            {
                Assert.True(
                    answer.Content.Headers.ContentType?.MediaType == "application/problem+json",
                    $"{status} {answer.Content.Headers.ContentType} for {sent}\n{body}"
                );
                string? code = JsonDocument.Parse(body).RootElement.GetProperty("code").GetString();
                Assert.True(code is { Length: > 0 } and not "edge.fault" and not "lab.fault", $"{code} for {sent}");
            }
            else if (status == 201 && JsonNode.Parse(body)?["id"]?.GetValue<string>() is { } id)
            {
                runs.Add(id);
                if (runs.Count > 10)
                    runs.RemoveAt(0);
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
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        JsonNode script = JsonNode.Parse(await dashboard.Http.GetStringAsync("/api/scenarios/without-reuseaddr", Cancel))!;
        var random = new Mutations(Seed);
        (long Taken, long Refused) browsers = default,
            agents = default;
        for (int i = 0; i < Inputs / Messages; i++)
        {
            // Nobody else has the server's seat; sometimes an impostor with a wrong key, or of a seat that is taken, tries.
            bool agent = random.Once(2);
            string key = random.Once(8) ? "wrong" : await File.ReadAllTextAsync(Path.Combine(TestDashboard.AgentKeys, TestHosts.Server), Cancel);
            await using RawHub hub = await RawHub.Open(dashboard.Url + (agent ? HubPaths.Agent : HubPaths.Lab), HubPaths.KeyScheme + key.Trim());
            await hub.Send(random.Once(20) ? random.Octets(RawHub.Handshake) : Encoding.UTF8.GetBytes(RawHub.Handshake));
            if (agent)
            {
                var says = new AgentMessages(random.Once(8) ? TestHosts.Client : TestHosts.Server, random);
                await hub.Send(Changed(random, says.Hello(), 6));
                // What it reports from here on is of a run, once the lab has opened one.
                _ = dashboard.Lab.Ask(
                    new StartRun
                    {
                        Scenario = "without-reuseaddr",
                        PauseMs = 0,
                        Play = random.Once(2),
                    },
                    wait: false
                );
                for (int m = 1; m < Messages; m++)
                    await hub.Send(Changed(random, says.Report(), 2));
            }
            else
            {
                var says = new LabMessages((await dashboard.Lab.State()).Value.Runs.FirstOrDefault()?.Header.Id ?? "none", script, random);
                await hub.Send(Changed(random, says.Join(), 6));
                for (int m = 1; m < Messages; m++)
                    await hub.Send(Changed(random, says.Next(), 2));
            }
            (long taken, long refused) = await hub.Answers(agent ? nameof(IAgentHub.Report) : nameof(ILabHub.Ask));
            (agents, browsers) = agent
                ? ((agents.Taken + taken, agents.Refused + refused), browsers)
                : (agents, (browsers.Taken + taken, browsers.Refused + refused));
            Assert.Empty(hub.Failures);
            Assert.DoesNotContain(
                (await dashboard.Lab.Snapshot()).Value.Logs.SelectMany(l => l.Events),
                e => e is Core.Log.NoteEvent { Code: Core.Log.NoteCodes.LabFault }
            );
            if (random.Once(4))
                _ = dashboard.Lab.Ask(new ResetRun(), wait: false);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Messages of agents: {agents.Taken} taken, {agents.Refused} refused; of browsers: {browsers.Taken} taken, {browsers.Refused} refused"
        );
        Assert.True(agents.Taken > agents.Refused / 10 && browsers.Taken > browsers.Refused / 10, "Nearly everything is refused at the door.");

        // The lab works on for everybody else.
        await using ScriptedAgent server = await ScriptedAgent.Rejoin(dashboard.Url, TestHosts.Server);
        await dashboard.UntilReady();
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        string next = await dashboard.StartRun(
            new
            {
                scenario = "with-reuseaddr",
                ports = new { main = 22223 },
                pauseMs = 0,
            }
        );
        Assert.True((await dashboard.Post($"/api/runs/{next}/steps/start-listener")).IsSuccessStatusCode);
    }

    private static string Known(Mutations random, string path, string name, List<string> runs) =>
        name switch
        {
            "lab" => "local",
            "step" => random.Pick(["start-listener", "connect", "close", "rebind"]),
            _ => path.Contains("/scenarios/", StringComparison.Ordinal) ? random.Pick(["without-reuseaddr", "two-listeners"]) : random.Pick(runs),
        };

    // One in so many as it is.
    private static byte[] Changed(Mutations random, JsonNode message, int changed)
    {
        if (!random.Once(changed))
            return Encoding.UTF8.GetBytes(message.ToJsonString());
        random.Change(message);
        return random.Once(4) ? random.Octets(message.ToJsonString()) : Encoding.UTF8.GetBytes(message.ToJsonString());
    }

    private static HttpRequestMessage Request(
        Mutations random,
        string path,
        string method,
        JsonObject operation,
        Func<string, JsonNode?> resolve,
        List<string> runs
    )
    {
        var query = new List<string>();
        foreach (JsonNode? parameter in operation["parameters"] as JsonArray ?? [])
        {
            string name = parameter!["name"]!.GetValue<string>(),
                value = random.Once(3) ? random.Text()
                : random.Once(2) ? random.Pick(runs)
                : random.Next(100).ToString(CultureInfo.InvariantCulture);
            if (parameter["in"]!.GetValue<string>() == "path")
                path = path.Replace($"{{{name}}}", Uri.EscapeDataString(random.Once(6) ? value : Known(random, path, name, runs)), StringComparison.Ordinal);
            else if (random.Once(2))
                query.Add($"{name}={Uri.EscapeDataString(value)}");
        }
        string target = random.Once(40) ? path + "/" + Uri.EscapeDataString(random.Text()) : path;
        var request = new HttpRequestMessage(
            random.Once(40) ? HttpMethod.Put : new HttpMethod(method.ToUpperInvariant()),
            target + (query.Count > 0 ? "?" + string.Join('&', query) : "")
        );
        if (operation["requestBody"]?["content"] is JsonObject content && !random.Once(15))
        {
            (string media, JsonNode? form) = random.Pick([.. content.Select(c => (c.Key, c.Value))]);
            JsonNode? body = random.Value(form?["schema"], resolve);
            // What plays by itself would still run when the next request comes.
            if (body is JsonObject { } start && start.ContainsKey("play"))
                start["play"] = false;
            request.Content = new ByteArrayContent(random.Octets(body?.ToJsonString() ?? "null"));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(random.Once(20) ? "text/plain" : media, out MediaTypeHeaderValue? type)
                ? type
                : null;
        }
        return request;
    }
}
