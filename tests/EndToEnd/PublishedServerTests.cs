using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The experiment by API, on this machine's kernel, as a program would ask for it.</summary>
public sealed class PublishedServerTests(SharedDashboards shared) : LabTests(shared)
{
    [Theory]
    [InlineData("without-reuseaddr", null, null, "EADDRINUSE")]
    [InlineData("with-reuseaddr", null, null, null)]
    [InlineData("without-reuseaddr", false, true, "EADDRINUSE")]
    [InlineData("with-reuseaddr", true, false, "EADDRINUSE")]
    public async Task Plays_a_scenario_to_the_kernels_answer(string scenario, bool? listener, bool? rebind, string? errno)
    {
        await Reset();
        string id = await Open(Lessons.ReuseAddr(LessonPorts.Next(), listener, rebind) with { Scenario = scenario, Play = true });
        await Wait.Until(
            async () => (await Dashboard.GetRun(id)).Outcome != Outcome.Running,
            Wait.Patience,
            () => $"The run {id} does not end:\n{Dashboard.Log}"
        );
        RunFile run = await Dashboard.GetRun(id);

        Assert.Equal(Outcome.Completed, run.Outcome);
        // A bind that succeeds is followed by listen, which decides as well.
        Assert.Equal(errno is null ? [("bind", null, 0L), ("listen", null, 0L)] : [("bind", errno, -1L)], run.Results.Select(r => (r.Call, r.Errno, r.Result)));
        Assert.Equal(run.Events.Select((_, i) => i + 1L), run.Events.Select(e => e.Seq));
        Assert.Contains(run.Events.OfType<SocketEvent>(), e => e.Host == "server" && e.To == TcpState.TimeWait);
        Assert.Contains(run.Events.OfType<OutputEvent>(), e => e.Host == "client" && e.Text == "we received FIN from server.");
        Assert.Equal(errno is not null, run.Events.OfType<OutputEvent>().Any(e => e.Host == "server" && e.Text == "bind: Address already in use"));
    }

    [Fact]
    public async Task Takes_JSON_only_and_no_foreign_origin()
    {
        using HttpRequestMessage form = new(HttpMethod.Post, "/api/labs/local/reset") { Content = new FormUrlEncodedContent([new("a", "b")]) };
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Dashboard.Http.SendAsync(form)).StatusCode);
        using HttpRequestMessage foreign = new(HttpMethod.Post, "/api/labs/local/reset") { Headers = { { "Origin", "http://example.com" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await Dashboard.Http.SendAsync(foreign)).StatusCode);
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/healthz") { Headers = { Host = "example.com" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await Dashboard.Http.SendAsync(rebound)).StatusCode);
    }

    [Fact]
    public async Task Ends_on_Ctrl_C_and_leaves_nothing()
    {
        await using Dashboard own = await Dashboard.Run();
        IReadOnlyList<(int, string)> processes = own.Descendants();
        Assert.NotEmpty(processes);
        await own.Stop();
        await AreGone(processes);
    }

    [Fact]
    public async Task Leaves_nothing_after_kill_9()
    {
        await using Dashboard own = await Dashboard.Run();
        IReadOnlyList<(int, string)> processes = own.Descendants();
        await own.Kill();
        await AreGone(processes);
    }

    private static Task AreGone(IReadOnlyList<(int, string)> processes) =>
        Wait.Until(
            () => Task.FromResult(!processes.Any(ProcessTree.Lives)),
            TimeSpan.FromSeconds(30),
            () => $"Still there: {string.Join(' ', processes.Where(ProcessTree.Lives))}"
        );

    private async Task<string> Open(StartRun request)
    {
        using HttpResponseMessage answer = await Dashboard.Http.PostAsJsonAsync("/api/labs/local/runs", request, WireJson.Default.StartRun);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return answer.Headers.Location!.ToString().Split('/')[^1];
    }

    private async Task Reset() => Assert.Equal(HttpStatusCode.OK, (await Dashboard.Http.PostAsync("/api/labs/local/reset", null)).StatusCode);
}
