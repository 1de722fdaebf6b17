using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Api;

public sealed class StartRunTests(OneDashboard one) : IClassFixture<OneDashboard>
{
    private readonly TestDashboard _dashboard = one.Dashboard;

    [Theory]
    [InlineData("""{"scenario":"without-reuseaddr","ports":{"main":0}}""", "ports.main", "edge.whole")]
    [InlineData("""{"scenario":"without-reuseaddr","ports":{"main":70000}}""", "ports.main", "edge.whole")]
    [InlineData("""{"scenario":"without-reuseaddr","ports":{"main":"abc"}}""", "ports.main", "edge.whole")]
    [InlineData("""{"scenario":"without-reuseaddr","ports":[1]}""", "ports", "edge.ports")]
    [InlineData("""{"scenario":"without-reuseaddr","values":true}""", "values", "edge.values")]
    [InlineData("""{"scenario":"without-reuseaddr","values":{"listenerReuseAddr":1.5}}""", "values.listenerReuseAddr", "edge.value")]
    [InlineData("""{"scenario":"without-reuseaddr","values":{"listenerReuseAddr":{}}}""", "values.listenerReuseAddr", "edge.value")]
    [InlineData("""{"scenario":"without-reuseaddr","pauseMs":-1}""", "pauseMs", "edge.whole")]
    [InlineData("""{"scenario":"without-reuseaddr","play":"yes"}""", "play", "edge.switch")]
    [InlineData("""{"scenario":7}""", "scenario", "edge.scenario-name")]
    [InlineData("""{"scenario":""}""", "scenario", "edge.scenario-name")]
    [InlineData("""{"ports":{"main":11111}}""", "scenario", "edge.scenario-or-script")]
    [InlineData("""{"scenario":"without-reuseaddr","script":{}}""", "scenario", "edge.scenario-or-script")]
    [InlineData("""{"scenario":"without-reuseaddr","port":1}""", "port", "edge.unknown-field")]
    [InlineData("""{"script":7}""", "script", "edge.script")]
    [InlineData("""{"script":{"id":"mine"}}""", "script", "scenario.missing-field")]
    [InlineData("""{"script":"id: mine\ntitle: [a, b]"}""", "script.title", "*")]
    public async Task A_body_that_cannot_be_used_is_answered_with_the_field_and_what_it_takes(string json, string field, string code)
    {
        (int status, string detail, JsonElement body) = await TestDashboard.Problem(await Post(json));
        Assert.Equal((400, "edge.body"), (status, body.GetProperty("code").GetString()));
        JsonElement error = body.GetProperty("errors")
            .EnumerateArray()
            .First(e => e.GetProperty("field").GetString() == field && code is "*" || e.GetProperty("code").GetString() == code);
        Assert.Equal(field, error.GetProperty("field").GetString());
        Assert.Contains(error.GetProperty("detail").GetString()!, detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "edge.not-object")]
    [InlineData("null", "edge.not-object")]
    [InlineData("{", "edge.not-json")]
    [InlineData("""{"scenario":"\ud800"}""", "edge.not-text")]
    [InlineData("""{"scenario":"without-reuseaddr","values":{"\udfff":true}}""", "edge.not-text")]
    [InlineData("""{"script":"\ud800"}""", "edge.not-text")]
    public async Task A_body_that_is_no_object_or_no_text_is_refused_as_a_whole(string json, string code)
    {
        (int status, _, JsonElement body) = await TestDashboard.Problem(await Post(json));
        Assert.Equal((400, code), (status, body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Octets_that_are_no_utf8_are_refused()
    {
        using var content = new ByteArrayContent([.. """{"scenario":" """u8, 0xff, 0xfe, .. "\"}"u8])
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        (int status, _, JsonElement body) = await TestDashboard.Problem(
            await _dashboard.Http.PostAsync("/api/labs/local/runs", content, TestContext.Current.CancellationToken)
        );
        Assert.Equal(400, status);
        Assert.StartsWith("edge.not-", body.GetProperty("code").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_run_once_and_kept_in_the_run_as_an_object_or_as_yaml()
    {
        JsonObject catalogues = JsonNode
            .Parse(await _dashboard.Http.GetStringAsync("/api/scenarios/with-reuseaddr", TestContext.Current.CancellationToken))!
            .AsObject();
        catalogues["id"] = "mine";
        RunFile own = await Started(
            new JsonObject
            {
                ["script"] = catalogues.DeepClone(),
                ["ports"] = new JsonObject { ["main"] = 22222 },
                ["values"] = new JsonObject { ["rebindReuseAddr"] = false },
            }
        );
        Assert.Equal(
            ("mine", "mine", 22222, false, true),
            (own.Scenario, own.Script.Id, own.Ports["main"], own.Values["rebindReuseAddr"].IsTrue, own.Values["listenerReuseAddr"].IsTrue)
        );
        Assert.Equal(4, own.Script.Steps.Count);

        string yaml = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Scenarios", "with-reuseaddr.yaml"),
            TestContext.Current.CancellationToken
        );
        RunFile read = await Started(
            new JsonObject
            {
                ["script"] = yaml.Replace("id: with-reuseaddr", "id: yours", StringComparison.Ordinal),
                ["ports"] = new JsonObject { ["main"] = 22223 },
            }
        );
        Assert.Equal(("yours", 4), (read.Scenario, read.Script.Steps.Count));

        (int status, _, JsonElement missing) = await TestDashboard.Problem(await Post("""{"scenario":"mine"}"""));
        Assert.Equal((400, "lab.unknown-scenario"), (status, missing.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_script_of_JSON_may_leave_out_what_a_file_may()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using (dashboard)
        await using (client)
        await using (server)
        {
            string id = await dashboard.StartRun(
                new
                {
                    script = new
                    {
                        id = "least",
                        title = "Least",
                        summary = "The least that a lesson has.",
                        topic = "own",
                        ports = new object[] { new { id = "main", @default = 11111 } },
                        programs = new object[]
                        {
                            new
                            {
                                id = "sv",
                                host = "server",
                                command = "./sv",
                            },
                        },
                        steps = new object[]
                        {
                            new
                            {
                                id = "all",
                                title = "All",
                                does = "Everything.",
                                actions = new object[]
                                {
                                    new { @do = "start", program = "sv" },
                                    new
                                    {
                                        @do = "socket",
                                        program = "sv",
                                        socket = "fd",
                                    },
                                    new
                                    {
                                        @do = "bind",
                                        program = "sv",
                                        socket = "fd",
                                        address = "any",
                                    },
                                    new
                                    {
                                        @do = "read",
                                        program = "sv",
                                        socket = "fd",
                                        decides = true,
                                    },
                                },
                            },
                        },
                    },
                }
            );
            RunFile run = await dashboard.Run(id);
            Assert.Equal((300, 300), (run.PauseMs, run.Script.PauseMs));
            using HttpResponseMessage step = await dashboard.Post($"/api/runs/{id}/steps/all");
            Assert.True(step.IsSuccessStatusCode, await step.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Core.Wire.CallOrder read = server.Calls.Single(c => c.Call == Core.Tcp.SocketCall.Read);
            Assert.Equal((4096, 10_000), (read.Length, read.TimeoutMs));
        }
    }

    [Fact]
    public async Task A_fault_in_a_script_of_yaml_has_its_line()
    {
        (_, _, JsonElement body) = await TestDashboard.Problem(await Post("""{"script":"id: mine\ntitle: t\nsummary: s\ntopic: nowhere\n"}"""));
        JsonElement topic = body.GetProperty("errors")
            .EnumerateArray()
            .First(e => e.GetProperty("field").GetString() == "script.topic" || e.GetProperty("code").GetString() == "scenario.missing-field");
        Assert.True(topic.GetProperty("line").GetInt32() >= 1);
    }

    [Fact]
    public async Task A_new_run_is_at_its_address()
    {
        using HttpResponseMessage answer = await Post("""{"scenario":"without-reuseaddr","ports":{"main":22224},"pauseMs":0}""");
        Assert.Equal(201, (int)answer.StatusCode);
        RunFile run = JsonSerializer.Deserialize(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            Core.Wire.WireJson.Default.RunFile
        )!;
        Assert.Equal($"/api/runs/{run.Id}", answer.Headers.Location!.ToString());
        Assert.Equal(run.Id, (await _dashboard.Run(run.Id)).Id);
    }

    [Fact]
    public async Task Values_and_ports_that_the_scenario_has_not_are_refused_with_those_it_has()
    {
        foreach (
            (string json, string named) in ((string, string)[])
                [
                    ("""{"scenario":"without-reuseaddr","values":{"reuse":true}}""", "listenerReuseAddr"),
                    ("""{"scenario":"without-reuseaddr","values":{"listenerReuseAddr":"maybe"}}""", "listenerReuseAddr"),
                    ("""{"scenario":"without-reuseaddr","ports":{"ftp":21}}""", "main"),
                    ("""{"scenario":"no-such"}""", "without-reuseaddr"),
                ]
        )
        {
            (int status, string detail, _) = await TestDashboard.Problem(await Post(json));
            Assert.Equal(400, status);
            Assert.Contains(named, detail, StringComparison.Ordinal);
        }
    }

    private async Task<RunFile> Started(JsonObject body)
    {
        using HttpResponseMessage answer = await Post(body.ToJsonString());
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize(text, Core.Wire.WireJson.Default.RunFile)!;
    }

    private Task<HttpResponseMessage> Post(string json) =>
        _dashboard.Http.PostAsync("/api/labs/local/runs", new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
