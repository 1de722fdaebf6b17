using System.Reflection;
using System.Text.Json;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed class ProblemsTests(HostlessDashboard one) : IClassFixture<HostlessDashboard>
{
    private readonly TestDashboard _dashboard = one.Dashboard;

    [Fact]
    public void Every_code_of_the_edge_has_its_sentence() =>
        Assert.All(
            typeof(EdgeCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetValue(null)!),
            code => Assert.True(TextCatalog.English.Has(code), code)
        );

    [Theory]
    [InlineData("GET", "/nonsense", 404, "edge.not-found")]
    [InlineData("GET", "/metrics", 404, "edge.not-found")]
    [InlineData("GET", "/runs/20261126-005018-77ad47", 404, "edge.not-found")]
    [InlineData("GET", "/api/nonsense", 404, "edge.not-found")]
    [InlineData("POST", "/api/nonsense", 404, "edge.not-found")]
    [InlineData("PUT", "/api/runs/none", 405, "edge.method")]
    [InlineData("DELETE", "/api/runs/none", 404, "edge.unknown-run")]
    [InlineData("PUT", "/api/labs", 405, "edge.method")]
    [InlineData("GET", "/api/labs/local/reset", 405, "edge.method")]
    [InlineData("PATCH", "/api/runs/none/play", 405, "edge.method")]
    [InlineData("POST", "/api/labs/local/runs", 400, "edge.body-missing")]
    [InlineData("POST", "/api/scenarios/check", 400, "edge.yaml-missing")]
    [InlineData("POST", "/api/labs/garage/runs", 404, "edge.unknown-lab")]
    [InlineData("POST", "/api/labs/garage/reset", 404, "edge.unknown-lab")]
    [InlineData("POST", "/api/labs/garage/check", 404, "edge.unknown-lab")]
    [InlineData("GET", "/api/scenarios?lab=garage", 404, "edge.unknown-lab")]
    [InlineData("GET", "/api/scenarios/none", 404, "edge.unknown-scenario")]
    [InlineData("GET", "/api/runs/none", 404, "edge.unknown-run")]
    [InlineData("GET", "/api/runs/none/states", 404, "edge.unknown-run")]
    [InlineData("GET", "/api/runs/none/ss", 404, "edge.unknown-run")]
    [InlineData("GET", "/api/runs/none/verdict", 404, "edge.unknown-run")]
    [InlineData("GET", "/api/runs/none/capture.pcapng", 404, "edge.unknown-run")]
    [InlineData("POST", "/api/runs/none/steps/connect", 404, "edge.unknown-run")]
    [InlineData("POST", "/api/runs/none/play", 404, "edge.unknown-run")]
    [InlineData("POST", "/api/runs/none/reset", 404, "edge.unknown-run")]
    public async Task What_is_not_there_or_not_so_is_a_problem_with_code_arguments_and_sentence(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        (int answered, string detail, JsonElement problem) = await TestDashboard.Problem(
            await _dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken)
        );
        Assert.Equal((status, code), (answered, problem.GetProperty("code").GetString()));
        Assert.Equal((status, "about:blank"), (problem.GetProperty("status").GetInt32(), problem.GetProperty("type").GetString()));
        // The sentence is the code's with the arguments, and has no place left open.
        var message = new Message(code) { Args = problem.GetProperty("args").Deserialize<Dictionary<string, string>>()! };
        Assert.Equal(TextCatalog.English[message], detail);
        Assert.DoesNotContain("{}", detail.Replace("{known}", "{}", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_all_of_it_was_read()
    {
        using var content = new StringContent(
            "{\"scenario\":\"" + new string('x', RequestBody.MaxOctets) + "\"}",
            System.Text.Encoding.UTF8,
            "application/json"
        );
        (int status, _, JsonElement problem) = await TestDashboard.Problem(
            await _dashboard.Http.PostAsync("/api/labs/local/runs", content, TestContext.Current.CancellationToken)
        );
        Assert.Equal((413, "edge.too-large"), (status, problem.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("/api/labs", 200)]
    [InlineData("/healthz", 200)]
    [InlineData("/api/runs/none", 404)]
    [InlineData("/api/runs/none/play", 405)]
    public async Task Head_is_answered_as_get_without_a_body(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using HttpResponseMessage answer = await _dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
