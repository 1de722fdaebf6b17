using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed class RequestGuardTests(HostlessDashboard one) : IClassFixture<HostlessDashboard>
{
    private readonly TestDashboard _dashboard = one.Dashboard;

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
        foreach (
            (HttpMethod method, string path) in ((HttpMethod, string)[])
                [(HttpMethod.Post, "/api/labs/local/reset"), (HttpMethod.Post, "/hubs/lab/negotiate?negotiateVersion=1")]
        )
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
    [InlineData("/api/scenarios/check", "application/yaml", HttpStatusCode.OK)]
    [InlineData("/api/scenarios/check", "application/json", HttpStatusCode.OK)]
    [InlineData("/api/scenarios/check", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("/api/labs/local/runs", "application/yaml", HttpStatusCode.UnsupportedMediaType)]
    public async Task Yaml_is_taken_where_it_is_asked_for(string path, string type, HttpStatusCode expected)
    {
        using var content = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue(type));
        using HttpResponseMessage answer = await _dashboard.Http.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }
}
