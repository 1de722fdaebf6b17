using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed partial class LanguageTests(HostlessDashboard one) : IClassFixture<HostlessDashboard>
{
    private readonly HttpClient _http = one.Dashboard.Http;

    [Theory]
    [InlineData(null, "", "en")]
    [InlineData("ja", "", "ja")]
    [InlineData("ja-JP,en;q=0.5", "", "ja")]
    [InlineData("en-US,ja;q=0.9", "", "en")]
    [InlineData("en;q=0.4, ja;q=0.9", "", "ja")]
    [InlineData("fr, ja;q=0.3", "", "ja")]
    [InlineData("fr", "", "en")]
    [InlineData("ja;q=0, en;q=0.1", "", "en")]
    [InlineData("*, ja;q=0.5", "", "en")]
    [InlineData("ja;q=yes", "", "en")]
    [InlineData("ja", "?lang=en", "en")]
    [InlineData("en", "?lang=ja", "ja")]
    [InlineData("ja", "?lang=fr", "en")]
    [InlineData("ja", "?lang=", "ja")]
    public async Task A_problem_is_told_in_the_language_that_was_asked_for(string? accepted, string query, string language)
    {
        using HttpResponseMessage answer = await Send(HttpMethod.Get, "/api/runs/none" + query, accepted);
        (int status, string detail, JsonElement problem) = await TestDashboard.Problem(answer);
        Assert.Equal((404, "edge.unknown-run"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal(TextCatalog.For(language)[Message.Of("edge.unknown-run", ("run", "none"))], detail);
        AssertSaid(answer, language);
    }

    [Fact]
    public async Task What_the_edge_itself_refuses_is_told_in_that_language_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { Host = "elsewhere.example" } };
        request.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue("ja"));
        using HttpResponseMessage refused = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(TextCatalog.Japanese[Message.Of("edge.host", ("host", "elsewhere.example"))], (await TestDashboard.Problem(refused)).Detail);
        AssertSaid(refused, "ja");

        using HttpResponseMessage nothing = await Send(HttpMethod.Get, "/nonsense", "ja");
        Assert.Equal(TextCatalog.Japanese[Message.Of("edge.not-found", ("path", "/nonsense"))], (await TestDashboard.Problem(nothing)).Detail);
        AssertSaid(nothing, "ja");
    }

    [Fact]
    public async Task Each_fault_of_a_body_is_told_in_that_language_and_their_sentences_are_the_detail()
    {
        using HttpResponseMessage answer = await Send(HttpMethod.Post, "/api/labs/local/runs", "ja", """{"scenarioo":"x","play":3}""", "application/json");
        (int status, string detail, JsonElement problem) = await TestDashboard.Problem(answer);
        Assert.Equal(400, status);
        JsonElement[] errors = [.. problem.GetProperty("errors").EnumerateArray()];
        Assert.True(errors.Length >= 2, $"{errors.Length}");
        Assert.All(errors, e => Assert.Matches(Kana(), e.GetProperty("detail").GetString()));
        Assert.All(errors, e => Assert.Contains(e.GetProperty("detail").GetString()!, detail, StringComparison.Ordinal));
        Assert.Equal(TextCatalog.Japanese[new Message("edge.body") { Args = problem.GetProperty("args").Deserialize<Dictionary<string, string>>()! }], detail);
    }

    [Fact]
    public async Task A_scenarios_faults_and_hints_and_what_hosts_lack_are_told_in_that_language()
    {
        using HttpResponseMessage check = await Send(HttpMethod.Post, "/api/scenarios/check", "ja", "id: mine\nstpes: []\n", "application/yaml");
        AssertSaid(check, "ja");
        JsonElement fault = (await Json(check)).GetProperty("faults").EnumerateArray().Single(f => f.GetProperty("field").GetString() == "stpes");
        Assert.Equal(TextCatalog.Japanese[Message.Of("scenario.did-you-mean", ("name", "steps"))], fault.GetProperty("hint").GetString());
        Assert.Matches(Kana(), fault.GetProperty("detail").GetString());

        using HttpResponseMessage list = await Send(HttpMethod.Get, "/api/scenarios?lang=ja", null);
        AssertSaid(list, "ja");
        JsonElement[] missing = [.. (await Json(list)).EnumerateArray().SelectMany(s => s.GetProperty("missing").EnumerateArray())];
        Assert.NotEmpty(missing);
        Assert.All(missing, m => Assert.Matches(Kana(), m.GetProperty("detail").GetString()));
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? accepted, string? body = null, string? media = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accepted is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Accept-Language", accepted));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(media!));
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private static void AssertSaid(HttpResponseMessage answer, string language)
    {
        Assert.Equal([language], answer.Content.Headers.ContentLanguage);
        Assert.Contains("Accept-Language", answer.Headers.Vary);
    }

    [GeneratedRegex(@"[\u3040-\u30ff]")]
    private static partial Regex Kana();
}
