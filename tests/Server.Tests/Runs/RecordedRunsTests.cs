using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Recorded;
using ReuseAddrDashboard.Server.Tests.Hosting;
using Xunit;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>The runs that come with the dashboard are whole, of its lessons, and each says on which kernel it was made.</summary>
public sealed class RecordedRunsTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recorded");

    private readonly RecordedRuns _recorded = new(Folder);

    [Fact]
    public async Task Each_is_a_run_that_was_completed_on_a_real_kernel()
    {
        Assert.True(_recorded.All.Count >= 20, $"{_recorded.All.Count} runs.");
        Assert.True(Directory.EnumerateFiles(Folder).Sum(f => new FileInfo(f).Length) < 3_000_000, "They are too large to come with the dashboard.");
        foreach (RecordedRun line in _recorded.All)
        {
            await using var gzip = new GZipStream(_recorded.Open(line.Scenario)!, CompressionMode.Decompress);
            using var json = new MemoryStream();
            await gzip.CopyToAsync(json, TestContext.Current.CancellationToken);
            RunFile run = RunReader.File(json.ToArray());
            Assert.True(RunFileCheck.IsWhole(run), line.Scenario);
            Assert.Equal((line.Scenario, Outcome.Completed, HostsMode.Namespaces, line.Events), (run.Scenario, run.Outcome, run.Mode, run.Events.Count));
            Assert.Equal((line.Kernel, line.StartedAt), (run.Hosts[0].Kernel, run.StartedAt));
            Assert.Matches(@"^\d+\.\d+", line.Kernel);
            Assert.True(run.Events[^1].T < 20_000_000_000, line.Scenario);
            Assert.NotEmpty(Timeline.Fold(RunFiles.HeaderOf(run), run.Events).Results);
        }
    }

    [Fact]
    public async Task They_are_listed_and_served_whether_or_not_who_asks_unpacks_them()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using TestDashboard dashboard = await TestDashboard.Start(directory.Path);
        IReadOnlyList<RecordedRun> listed = (await dashboard.Http.GetFromJsonAsync("/api/recorded", WireJson.Default.IReadOnlyListRecordedRun, cancel))!;
        Assert.Equal(_recorded.All.Select(r => r.Scenario), listed.Select(r => r.Scenario));
        RunFile plain = (await dashboard.Http.GetFromJsonAsync($"/api/recorded/{listed[0].Scenario}", WireJson.Default.RunFile, cancel))!;
        using var ask = new HttpRequestMessage(HttpMethod.Get, $"/api/recorded/{listed[0].Scenario}") { Headers = { AcceptEncoding = { new("gzip") } } };
        using HttpResponseMessage packed = await dashboard.Http.SendAsync(ask, cancel);
        Assert.Equal("gzip", Assert.Single(packed.Content.Headers.ContentEncoding));
        await using var gzip = new GZipStream(await packed.Content.ReadAsStreamAsync(cancel), CompressionMode.Decompress);
        using var json = new MemoryStream();
        await gzip.CopyToAsync(json, cancel);
        Assert.Equal(plain.Id, RunReader.File(json.ToArray()).Id);
        using HttpResponseMessage none = await dashboard.Http.GetAsync("/api/recorded/..%2Fruns.db", cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }
}
