using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using ReuseAddrDashboard.Server.Tests.Hosting;
using ReuseAddrDashboard.Server.Tests.Runs;

namespace ReuseAddrDashboard.Server.Tests.Api;

/// <summary>/openapi/v1.json, read and validated by Microsoft.OpenApi; and what the API really answers, validated against it by JsonSchema.Net.</summary>
public sealed class DescriptionTests(DescriptionTests.Described described) : IClassFixture<DescriptionTests.Described>
{
    private readonly string _json = described.Json;
    private readonly OpenApiDocument _document = described.Document;

    /// <summary>A dashboard with an earlier version's runs, and what it says of itself.</summary>
    public sealed class Described : IAsyncLifetime
    {
        private readonly TemporaryDirectory _directory = new();

        internal TestDashboard Dashboard { get; private set; } = null!;

        internal string Json { get; private set; } = "";

        internal OpenApiDocument Document { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            EarlierData.Make(_directory.Path);
            Dashboard = await TestDashboard.Start(_directory.Path);
            await ScriptedAgent.Join(Dashboard.Url, TestHosts.Client);
            await ScriptedAgent.Join(Dashboard.Url, TestHosts.Server);
            Json = await Dashboard.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
            ReadResult read = OpenApiDocument.Parse(Json, "json");
            Assert.Empty(read.Diagnostic!.Errors);
            Assert.Empty(read.Diagnostic.Warnings);
            Document = read.Document!;
        }

        public async ValueTask DisposeAsync()
        {
            await Dashboard.DisposeAsync();
            _directory.Dispose();
        }
    }

    [Fact]
    public void The_document_is_valid_and_has_every_address()
    {
        Assert.Empty(_document.Validate(ValidationRuleSet.GetDefaultRuleSet()));
        Assert.Equal(
            [
                "DELETE /api/captures/{id}",
                "DELETE /api/runs",
                "DELETE /api/runs/{id}",
                "GET /api/captures/{id}",
                "GET /api/captures/{id}/connections",
                "GET /api/captures/{id}/connections/{number}",
                "GET /api/kernels",
                "GET /api/kernels/{kernel}",
                "GET /api/labs",
                "GET /api/labs/{lab}/matrix",
                "GET /api/labs/{lab}/matrix.csv",
                "GET /api/labs/{lab}/matrix.md",
                "GET /api/labs/{lab}/matrix/results",
                "GET /api/recorded",
                "GET /api/recorded/{lesson}",
                "GET /api/runs",
                "GET /api/runs/download",
                "GET /api/runs/filters",
                "GET /api/runs/{id}",
                "GET /api/runs/{id}/by-hand.md",
                "GET /api/runs/{id}/capture.pcapng",
                "GET /api/runs/{id}/diagram.mermaid",
                "GET /api/runs/{id}/diagram.svg",
                "GET /api/runs/{id}/lesson.yaml",
                "GET /api/runs/{id}/packetdrill",
                "GET /api/runs/{id}/report.md",
                "GET /api/runs/{id}/ss",
                "GET /api/runs/{id}/states",
                "GET /api/runs/{id}/strace",
                "GET /api/runs/{id}/verdict",
                "GET /api/scenarios",
                "GET /api/scenarios/faults",
                "GET /api/scenarios/{id}",
                "GET /healthz",
                "GET /readyz",
                "PATCH /api/runs/{id}",
                "POST /api/captures",
                "POST /api/labs/{lab}/check",
                "POST /api/labs/{lab}/matrix",
                "POST /api/labs/{lab}/matrix/stop",
                "POST /api/labs/{lab}/reset",
                "POST /api/labs/{lab}/runs",
                "POST /api/runs/restore",
                "POST /api/runs/{id}/calls",
                "POST /api/runs/{id}/next-action",
                "POST /api/runs/{id}/pace",
                "POST /api/runs/{id}/pause",
                "POST /api/runs/{id}/play",
                "POST /api/runs/{id}/prediction",
                "POST /api/runs/{id}/repeat",
                "POST /api/runs/{id}/reset",
                "POST /api/runs/{id}/skip-wait",
                "POST /api/runs/{id}/steps/{step}",
                "POST /api/runs/{id}/stop-repeating",
                "POST /api/scenarios/check",
            ],
            Operations().Select(o => o.Name).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task It_is_made_once_and_kept()
    {
        using HttpResponseMessage again = await described.Dashboard.Http.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        Assert.NotNull(again.Headers.Age);
        Assert.Equal(_json, await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_operation_has_an_id_words_examples_and_its_errors()
    {
        (string Name, OpenApiOperation Operation)[] all = [.. Operations()];
        Assert.Equal(all.Length, all.Select(o => o.Operation.OperationId).Distinct().Count());
        foreach ((string name, OpenApiOperation operation) in all)
        {
            Assert.False(string.IsNullOrEmpty(operation.OperationId), name);
            Assert.False(string.IsNullOrEmpty(operation.Summary), name);
            Assert.NotEmpty(operation.Tags ?? new HashSet<OpenApiTagReference>());
            Assert.All(operation.Parameters ?? [], p => Assert.True(!string.IsNullOrEmpty(p.Description) && p.Example is not null, $"{name} {p.Name}"));
            Assert.All(operation.Responses!, r => Assert.False(string.IsNullOrEmpty(r.Value.Description), $"{name} {r.Key}"));
            string[] errors = [.. operation.Responses!.Keys.Where(k => k[0] is '4' or '5')];
            Assert.All(errors, e => Assert.Equal(["application/problem+json"], operation.Responses[e].Content!.Keys));
            Assert.All((string[])["400", "403", "405"], e => Assert.Contains(e, errors));
            Assert.Equal(["en", "ja"], operation.Parameters!.Single(p => p.Name == "lang").Schema!.Enum!.Select(w => w.GetValue<string>()));
            Assert.Contains(operation.Parameters!, p => p is { Name: "Accept-Language", In: ParameterLocation.Header });
            Assert.All(errors, e => Assert.True(operation.Responses[e].Headers?.ContainsKey("Content-Language"), $"{name} {e}"));
            if (name.StartsWith("POST", StringComparison.Ordinal) || name.StartsWith("PATCH", StringComparison.Ordinal))
                Assert.Contains("415", errors);
            if (operation.RequestBody is { } body)
                Assert.True(body.Required && body.Content!.Values.Single() is { Example: not null, Schema: not null }, name);
        }
    }

    [Fact]
    public void No_schema_is_empty_and_no_number_is_a_string_too()
    {
        JsonNode schemas = JsonNode.Parse(_json)!["components"]!["schemas"]!;
        Assert.All(schemas.AsObject(), s => Assert.NotEmpty(s.Value!.AsObject()));
        Assert.All(
            Below(schemas).OfType<JsonObject>().Where(o => o["properties"] is JsonObject).SelectMany(o => o["properties"]!.AsObject()),
            p => Assert.NotEmpty(p.Value!.AsObject())
        );
        Assert.All(
            Below(schemas).OfType<JsonObject>().Where(o => o["type"] is JsonArray),
            o =>
            {
                string?[] types = [.. o["type"]!.AsArray().Select(t => t!.GetValue<string>()).Where(t => t != "null")];
                // A value of a scenario is any of three, a text a string or an object of languages, a script an object or YAML.
                Assert.True(
                    types.Length == 1
                        || types.Order().SequenceEqual((string[])["boolean", "integer", "string"])
                        || types.Order().SequenceEqual((string[])["object", "string"]),
                    o.ToJsonString()
                );
            }
        );
        Assert.DoesNotContain("\"expect\"", _json, StringComparison.Ordinal);
        Assert.Equal(
            "The error's name, EADDRINUSE; null on success.",
            schemas["RunEventCallEvent"]!["properties"]!["errno"]!["description"]!.GetValue<string>()
        );
        Assert.Equal("Which run of the step, from 1.", schemas["RunResult"]!["properties"]!["attempt"]!["description"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/api/labs", "listLabs")]
    [InlineData("/api/labs/local/matrix/results", "getMatrixResults")]
    [InlineData("/api/labs/moon/matrix/results", "getMatrixResults")]
    [InlineData("/api/labs/moon/matrix", "getMatrix")]
    [InlineData("/api/kernels", "listKernels")]
    [InlineData("/api/kernels/none", "getKernel")]
    [InlineData("/api/recorded", "listRecorded")]
    [InlineData("/api/recorded/without-reuseaddr", "getRecorded")]
    [InlineData("/api/recorded/none", "getRecorded")]
    [InlineData("/api/runs", "listRuns")]
    [InlineData("/api/runs?limit=0", "listRuns")]
    [InlineData("/api/runs/filters", "getRunFilters")]
    [InlineData("/api/runs/download", "downloadRuns")]
    [InlineData("/api/scenarios", "listScenarios")]
    [InlineData("/api/scenarios/without-reuseaddr", "getScenario")]
    [InlineData("/api/scenarios/last-ack-lost", "getScenario")]
    [InlineData("/api/runs/" + EarlierData.Completed, "getRun")]
    [InlineData("/api/runs/" + EarlierData.Open, "getRun")]
    [InlineData("/api/runs/" + EarlierData.Completed + "/states", "getStates")]
    [InlineData("/api/runs/" + EarlierData.Completed + "/verdict", "getVerdict")]
    [InlineData("/api/runs/none", "getRun")]
    [InlineData("/api/runs/" + EarlierData.Completed + "/ss?host=moon", "getSs")]
    public async Task An_answer_is_what_its_schema_says_and_has_nothing_else(string path, string operation) =>
        await Holds(new HttpRequestMessage(HttpMethod.Get, path), operation);

    [Theory]
    [InlineData("/api/labs/local/runs", "startRun", """{"scenario":"without-reuseaddr","ports":{"main":22222},"pauseMs":0}""")]
    [InlineData("/api/labs/local/runs", "startRun", """{"scenario":"no-such"}""")]
    [InlineData("/api/labs/local/runs", "startRun", """{"script":{"id":1},"pauseMs":"x"}""")]
    [InlineData("/api/labs/moon/runs", "startRun", """{"scenario":"without-reuseaddr"}""")]
    [InlineData("/api/labs/local/runs", "startRun", null)]
    [InlineData("/api/labs/local/reset", "resetLab", null)]
    [InlineData("/api/labs/local/check", "checkHosts", null)]
    [InlineData("/api/labs/local/matrix", "tryCells", """{"set":"basic"}""")]
    [InlineData("/api/labs/local/matrix", "tryCells", """{"cells":["listen/v4/v4/ra/ra"]}""")]
    [InlineData("/api/labs/local/matrix", "tryCells", """{"set":"some"}""")]
    [InlineData("/api/labs/local/matrix", "tryCells", """{"cells":["listen"]}""")]
    [InlineData("/api/labs/local/matrix", "tryCells", null)]
    [InlineData("/api/labs/local/matrix/stop", "stopCells", null)]
    [InlineData("/api/runs/" + EarlierData.Open + "/play", "playRun", null)]
    [InlineData("/api/runs/" + EarlierData.Completed + "/steps/close", "runStep", null)]
    [InlineData("/api/runs/none/skip-wait", "skipWait", null)]
    [InlineData("/api/runs/" + EarlierData.Completed + "/pace", "changePace", """{"pauseMs":-1}""")]
    [InlineData("/api/runs/restore?id=" + EarlierData.Completed, "restoreRuns", null)]
    [InlineData("/api/runs/restore", "restoreRuns", null)]
    [InlineData("/api/scenarios/check", "checkScenario", "id: 7")]
    [InlineData("/api/scenarios/check", "checkScenario", null)]
    public async Task So_is_the_answer_to_what_changes_something(string path, string operation, string? body) =>
        await Holds(
            new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = body is null
                    ? null
                    : new StringContent(body, Encoding.UTF8, path.EndsWith("check", StringComparison.Ordinal) ? "application/yaml" : "application/json"),
            },
            operation
        );

    [Fact]
    public async Task And_to_a_capture_file()
    {
        byte[] octets = new ReuseAddrDashboard.Tests.Captures.Exchange()
            .Handshake()
            .C(Core.Tcp.TcpFlags.Fin | Core.Tcp.TcpFlags.Ack, 1001, 5001)
            .S(Core.Tcp.TcpFlags.Fin | Core.Tcp.TcpFlags.Ack, 5001, 1002)
            .C(Core.Tcp.TcpFlags.Ack, 1002, 5002)
            .Pcap();
        foreach (byte[] body in (byte[][])[octets, octets[..^3], [1, 2, 3, 4], []])
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/octet-stream") } };
            await Holds(new HttpRequestMessage(HttpMethod.Post, "/api/captures") { Content = content }, "openCapture");
        }
        using var file = new ByteArrayContent(octets) { Headers = { ContentType = new("application/octet-stream") } };
        using HttpResponseMessage opened = await described.Dashboard.Http.PostAsync("/api/captures", file, TestContext.Current.CancellationToken);
        await Holds(new HttpRequestMessage(HttpMethod.Get, opened.Headers.Location), "getCaptureFile");
        await Holds(new HttpRequestMessage(HttpMethod.Get, $"{opened.Headers.Location}/connections"), "listConnections");
        await Holds(new HttpRequestMessage(HttpMethod.Get, $"{opened.Headers.Location}/connections/1"), "getConnection");
        await Holds(new HttpRequestMessage(HttpMethod.Get, $"{opened.Headers.Location}/connections/2"), "getConnection");
    }

    [Theory]
    [InlineData("PATCH", "/api/runs/" + EarlierData.Completed, "markRun", """{"note":"Seen.","kept":true}""")]
    [InlineData("PATCH", "/api/runs/" + EarlierData.Completed, "markRun", """{"note":7,"kept":"yes"}""")]
    [InlineData("PATCH", "/api/runs/none", "markRun", """{"kept":true}""")]
    [InlineData("DELETE", "/api/runs?id=none", "deleteRuns", null)]
    [InlineData("DELETE", "/api/runs", "deleteRuns", null)]
    public async Task And_to_what_changes_the_history(string method, string path, string operation, string? body) =>
        await Holds(
            new HttpRequestMessage(new(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") },
            operation
        );

    [Fact]
    public async Task Whoever_is_refused_at_the_edge_gets_what_the_operation_says()
    {
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/labs/local/reset") { Headers = { { "Origin", "http://evil.example" } } };
        await Holds(foreign, "resetLab");
        using var form = new HttpRequestMessage(HttpMethod.Post, "/api/labs/local/runs") { Content = new StringContent("x", Encoding.UTF8, "text/plain") };
        await Holds(form, "startRun");
        using var large = new HttpRequestMessage(HttpMethod.Post, "/api/labs/local/runs")
        {
            Content = new StringContent(new string(' ', 600_000), Encoding.UTF8, "application/json"),
        };
        await Holds(large, "startRun");
        using var method = new HttpRequestMessage(HttpMethod.Delete, "/api/runs/none");
        await Holds(method, "getRun");
    }

    [Fact]
    public void A_body_that_is_an_example_is_what_its_schema_says()
    {
        foreach ((string name, OpenApiOperation operation) in Operations())
        {
            if (operation.RequestBody?.Content?.TryGetValue("application/json", out OpenApiMediaType? media) == true && media.Example is { } example)
            {
                Valid(
                    JsonNode.Parse(_json)!["paths"]![name.Split(' ')[1]]![name.Split(' ')[0].ToLowerInvariant()]!["requestBody"]!["content"]![
                        "application/json"
                    ]!["schema"]!,
                    example.ToJsonString(),
                    name
                );
            }
        }
    }

    private async Task Holds(HttpRequestMessage request, string operation)
    {
        using HttpResponseMessage answer = await described.Dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken);
        (string name, OpenApiOperation asked) = Operations().Single(o => o.Operation.OperationId == operation);
        string status = ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture),
            media = answer.Content.Headers.ContentType!.MediaType!;
        Assert.True(
            asked.Responses!.ContainsKey(status),
            $"{name} answered {status}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}"
        );
        string[] parts = name.Split(' ');
        JsonNode? content = JsonNode.Parse(_json)!["paths"]![parts[1]]![parts[0].ToLowerInvariant()]!["responses"]![status]!["content"]?[media];
        Assert.True(content is not null, $"{name} answered {status} as {media}");
        Valid(content["schema"]!, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), $"{name} {status}");
    }

    // JSON Schema knows neither "components" nor that an object has no other members than those it names.
    private void Valid(JsonNode schema, string json, string what)
    {
        JsonObject whole = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["allOf"] = new JsonArray(schema.DeepClone()),
            ["$defs"] = JsonNode.Parse(_json)!["components"]!["schemas"]!.DeepClone(),
        };
        foreach (
            JsonObject closed in Below(whole["$defs"]!).OfType<JsonObject>().Where(o => o["properties"] is JsonObject && !o.ContainsKey("additionalProperties"))
        )
        {
            closed["additionalProperties"] = what.Contains("/scenarios/{id}", StringComparison.Ordinal);
        }

        JsonSchema compiled = JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
        using JsonDocument instance = JsonDocument.Parse(json);
        EvaluationResults results = compiled.Evaluate(instance.RootElement, new() { OutputFormat = OutputFormat.List });
        Assert.True(
            results.IsValid,
            what
                + "\n"
                + string.Join(
                    '\n',
                    (results.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}")).Take(8)
                )
        );
    }

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        yield return node;
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject o => o.Select(p => p.Value),
            JsonArray a => a,
            _ => [],
        };
        foreach (JsonNode below in children.OfType<JsonNode>().SelectMany(Below))
            yield return below;
    }

    private IEnumerable<(string Name, OpenApiOperation Operation)> Operations() =>
        _document.Paths.SelectMany(p => p.Value.Operations!.Select(o => ($"{o.Key.Method} {p.Key}", o.Value)));
}
