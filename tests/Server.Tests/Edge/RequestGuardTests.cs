using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed class RequestGuardTests : IAsyncLifetime
{
    private TestDashboard _dashboard = null!;

    public async ValueTask InitializeAsync() => _dashboard = await TestDashboard.Start();

    public ValueTask DisposeAsync() => _dashboard.DisposeAsync();

    [Theory]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.evil.example:5080", HttpStatusCode.BadRequest)]
    [InlineData("localhost:5080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:5080", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("192.168.1.20", HttpStatusCode.OK)]
    public async Task Answers_only_to_its_own_names_and_to_addresses(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/labs") { Headers = { Host = host } };
        using HttpResponseMessage answer = await _dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    public async Task A_foreign_origin_cannot_reset_the_lab_nor_open_a_hub(string origin)
    {
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[(HttpMethod.Post, "/api/labs/local/reset"), (HttpMethod.Post, "/hubs/lab/negotiate?negotiateVersion=1")])
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("Origin", origin);
            using HttpResponseMessage answer = await _dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Its_own_origin_may()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/labs/local/reset");
        request.Headers.Add("Origin", _dashboard.Url);
        using HttpResponseMessage answer = await _dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task A_forms_post_is_not_taken(string type)
    {
        using var content = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue(type));
        using HttpResponseMessage answer = await _dashboard.Http.PostAsync("/api/labs/local/runs", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"scenario":"without-reuseaddr","port":0}""", "port")]
    [InlineData("""{"scenario":"without-reuseaddr","port":70000}""", "port")]
    [InlineData("""{"scenario":"without-reuseaddr","port":"abc"}""", "port")]
    [InlineData("""{"scenario":"without-reuseaddr","pauseMs":-1}""", "pauseMs")]
    [InlineData("""{"scenario":"without-reuseaddr","play":"yes"}""", "play")]
    [InlineData("""{"scenario":7}""", "scenario")]
    [InlineData("""{"port":11111}""", "scenario")]
    [InlineData("""{"scenario":"without-reuseaddr","prot":1}""", "prot")]
    [InlineData("[]", "body")]
    [InlineData("{", "body")]
    public async Task A_body_that_cannot_be_used_is_answered_with_the_field_and_what_it_takes(string json, string field)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        (int status, string detail, JsonElement body) = await TestDashboard.Problem(await _dashboard.Http.PostAsync("/api/labs/local/runs", content, TestContext.Current.CancellationToken));
        Assert.Equal(400, status);
        Assert.True(body.GetProperty("errors").TryGetProperty(field, out JsonElement fault), detail);
        Assert.NotEmpty(fault[0].GetString()!);
    }

    [Theory]
    [InlineData("/api/labs/garage/runs", 404)]
    [InlineData("/api/labs/garage/reset", 404)]
    [InlineData("/api/runs/none/steps/connect", 404)]
    [InlineData("/api/runs/none/play", 404)]
    public async Task Unknown_names_are_problem_details(string path, int expected)
    {
        using var content = new StringContent("""{"scenario":"without-reuseaddr"}""", Encoding.UTF8, "application/json");
        (int status, string detail, _) = await TestDashboard.Problem(await _dashboard.Http.PostAsync(path, content, TestContext.Current.CancellationToken));
        Assert.Equal(expected, status);
        Assert.Contains("There is no", detail);
    }

    [Fact]
    public async Task An_unknown_scenario_is_answered_with_those_there_are_and_missing_hosts_with_their_names()
    {
        (int status, string detail, _) = await TestDashboard.Problem(await _dashboard.Post("/api/labs/local/runs", new { scenario = "no-such" }));
        Assert.Equal(400, status);
        Assert.Contains("without-reuseaddr, with-reuseaddr", detail);
        (status, detail, _) = await TestDashboard.Problem(await _dashboard.Post("/api/labs/local/runs", new { scenario = "with-reuseaddr" }));
        Assert.Equal(503, status);
        Assert.Contains("client, server", detail);
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        string json = await _dashboard.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var paths = JsonDocument.Parse(json).RootElement.GetProperty("paths");
        foreach (string path in (string[])["/healthz", "/api/labs", "/api/labs/{lab}/runs", "/api/labs/{lab}/reset", "/api/runs", "/api/runs/{id}", "/api/runs/{id}/steps/{step}", "/api/runs/{id}/ss"])
            Assert.True(paths.TryGetProperty(path, out _), path);
    }
}
