using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Api;

public sealed class ScenariosTests(OneDashboard one) : IClassFixture<OneDashboard>
{
    private readonly TestDashboard _dashboard = one.Dashboard;

    [Fact]
    public async Task The_catalogue_is_listed_in_its_order_and_a_scenario_that_these_hosts_cannot_run_says_why()
    {
        JsonElement[] all = [.. (await Json("/api/scenarios")).EnumerateArray()];
        Assert.True(all.Length >= 25, $"{all.Length}");
        Assert.Equal("without-reuseaddr", all[0].GetProperty("id").GetString());
        Assert.Equal(0, all[0].GetProperty("missing").GetArrayLength());
        // The agents of this test have neither nft nor namespaces of their own.
        JsonElement lost = all.Single(s => s.GetProperty("id").GetString() == "last-ack-lost");
        JsonElement[] missing = [.. lost.GetProperty("missing").EnumerateArray()];
        Assert.Contains("need.nft", missing.Select(m => m.GetProperty("code").GetString()));
        Assert.All(missing, m => Assert.EndsWith(".", m.GetProperty("detail").GetString(), StringComparison.Ordinal));
        Assert.Equal(missing.Length, (await Json("/api/scenarios/last-ack-lost")).GetProperty("missing").GetArrayLength());
    }

    [Fact]
    public async Task A_scenario_has_its_values_steps_and_question_and_not_what_tests_expect()
    {
        JsonElement scenario = await Json("/api/scenarios/without-reuseaddr?lab=local");
        JsonElement value = scenario.GetProperty("values")[0];
        Assert.Equal(
            ("listenerReuseAddr", "switch", false),
            (value.GetProperty("id").GetString(), value.GetProperty("kind").GetString(), value.GetProperty("default").GetBoolean())
        );
        Assert.Equal(4, scenario.GetProperty("steps").GetArrayLength());
        Assert.NotEqual(0, scenario.GetProperty("question").GetProperty("choices").GetArrayLength());
        Assert.False(scenario.TryGetProperty("expect", out _));
    }

    [Fact]
    public async Task Every_scenario_of_the_catalogue_passes_the_check_as_yaml_and_as_the_api_gives_it()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Scenarios"), "*.yaml"))
        {
            JsonElement answer = await Check(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            Assert.True(answer.GetProperty("valid").GetBoolean(), $"{file}: {answer}");
        }
    }

    [Fact]
    public async Task Every_fault_has_its_line_its_field_and_what_is_allowed()
    {
        JsonElement answer = await Check(
            "id: Mine\ntitle: t\nsummary: s\ntopic: nowhere\nports: [{ id: main, default: 70000 }]\nprograms: []\nstpes: []\nsteps: []\n"
        );
        Assert.False(answer.GetProperty("valid").GetBoolean());
        JsonElement[] faults = [.. answer.GetProperty("faults").EnumerateArray()];
        JsonElement misspelled = faults.Single(f => f.GetProperty("field").GetString() == "stpes");
        Assert.Equal(
            (7, "scenario.unknown-field", false),
            (misspelled.GetProperty("line").GetInt32(), misspelled.GetProperty("code").GetString(), misspelled.GetProperty("warning").GetBoolean())
        );
        Assert.Contains("steps", misspelled.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.All(faults, f => Assert.True(f.GetProperty("line").GetInt32() > 0 && f.GetProperty("detail").GetString()!.Length > 5, $"{f}"));
    }

    [Theory]
    [InlineData("a: &a [x]\nb: *a\n", "scenario.alias")]
    [InlineData("a: [1\n", "scenario.syntax")]
    public async Task Yaml_that_is_none_or_a_bomb_is_a_fault_of_the_scenario(string yaml, string code) =>
        Assert.Contains(code, (await Check(yaml)).GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("code").GetString()));

    private async Task<JsonElement> Check(string yaml)
    {
        using var content = new StringContent(yaml, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
        using HttpResponseMessage answer = await _dashboard.Http.PostAsync("/api/scenarios/check", content, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }

    private async Task<JsonElement> Json(string path) =>
        JsonDocument.Parse(await _dashboard.Http.GetStringAsync(path, TestContext.Current.CancellationToken)).RootElement;
}
