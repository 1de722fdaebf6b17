using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>The history of an earlier version's data directory: found, noted, kept, deleted, restored, downloaded.</summary>
public sealed class RunHistoryTests(RunHistoryTests.History history) : IClassFixture<RunHistoryTests.History>
{
    private readonly TestDashboard _dashboard = history.Dashboard;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A dashboard that has taken over three runs and has their lines.</summary>
    public sealed class History : IAsyncLifetime
    {
        private readonly TemporaryDirectory _directory = new();

        internal TestDashboard Dashboard { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            EarlierData.Make(_directory.Path);
            Dashboard = await TestDashboard.Start(_directory.Path);
            await Filled(_directory.Path);
        }

        public async ValueTask DisposeAsync()
        {
            await Dashboard.DisposeAsync();
            _directory.Dispose();
        }
    }

    [Fact]
    public async Task Runs_of_one_moment_stand_on_one_page_each_whichever_way_one_turns()
    {
        string[] ids = [.. Enumerable.Range(0, 7).Select(i => Copy(EarlierData.Completed, $"20250101-120000-00000{i}")).Reverse()];
        const string all = "&q=20250101";
        foreach (string id in ids)
            Assert.Equal(HttpStatusCode.OK, (await Mark(id, """{"note":"of 20250101"}""")).StatusCode);
        List<string> seen = [];
        for (string? before = null; seen.Count < 7; before = seen[^1])
        {
            (string[] page, int total, int newer) = await List($"?limit=3{all}" + (before is null ? "" : $"&before={before}"));
            Assert.Equal((7, seen.Count), (total, newer));
            seen.AddRange(page);
        }
        Assert.Equal(ids, seen);
        foreach (
            (string query, string[] expected, int ahead) in ((string, string[], int)[])
                [($"after={ids[6]}", ids[3..6], 3), ($"after={ids[3]}", ids[0..3], 0), ($"before={ids[6]}", [], 7), ($"after={ids[0]}", [], 0)]
        )
        {
            (string[] page, int total, int newer) = await List($"?limit=3{all}&{query}");
            Assert.Equal(expected, page);
            Assert.Equal((7, ahead), (total, newer));
        }
    }

    [Fact]
    public async Task Every_filter_and_the_search_let_through_what_they_say_and_go_together()
    {
        RunSummary run = (await Lines($"?before={EarlierData.Completed}0&limit=1"))[0];
        Assert.Equal((EarlierData.Completed, "time-wait", HostsMode.Namespaces, 2), (run.Id, run.Topic, run.Mode, run.Hosts.Count));
        string kernel = run.Hosts[0].Kernel,
            other = Copy(EarlierData.Reset, "20240101-120000-aaaaaa");
        Assert.Equal(HttpStatusCode.OK, (await Mark(other, """{"note":"100 % of Class_B\n二日目","kept":true}""")).StatusCode);
        foreach (
            (string query, bool completed, bool copied) in ((string, bool, bool)[])
                [
                    ("topic=time-wait", true, true),
                    ("topic=clients", false, false),
                    ("result=EADDRINUSE", true, false),
                    ("result=none", false, true),
                    ("result=ok", false, false),
                    ($"kernel={kernel}", true, true),
                    ($"kernel={kernel[..^1]}", false, false),
                    ("kept=true", false, true),
                    ("kept=false", true, false),
                    ("q=WITHOUT", true, true),
                    ($"q={kernel}+so_reuseaddr", true, true),
                    ("q=so%25reuseaddr", false, false),
                    ("q=class_b", false, true),
                    ("q=class%25b", false, false),
                    ("q=100+%25", false, true),
                    ("q=二日目", false, true),
                    ("q=二日目+unheard-of", false, false),
                    ($"q=without&result=EADDRINUSE&topic=time-wait&kernel={kernel}&kept=false", true, false),
                    ("q=without&kept=true", false, true),
                    ("q=%5C", false, false),
                    ("q=", true, true),
                ]
        )
        {
            (string[] ids, int total, _) = await List($"?{query}");
            Assert.True(
                completed == ids.Contains(EarlierData.Completed) && copied == ids.Contains(other) && total == ids.Length,
                $"{query}: {string.Join(' ', ids)}"
            );
        }
        RunFilters filters = (await _dashboard.Http.GetFromJsonAsync("/api/runs/filters", WireJson.Default.RunFilters, Cancel))!;
        Assert.Equal(["time-wait", kernel], (string[])[.. filters.Topics, .. filters.Kernels]);
        Assert.Equal(["EADDRINUSE", "none"], filters.Results.Except(["ok"]));
    }

    [Fact]
    public async Task What_is_written_down_is_in_the_list_and_what_is_left_out_stays()
    {
        string id = Copy(EarlierData.Completed, "20230101-120000-aaaaaa");
        Assert.Equal(("one\n\ttwo", false), await Marked("""{"note":"  one\r\n\ttwo  "}"""));
        Assert.Equal(("one\n\ttwo", true), await Marked("""{"kept":true,"note":null}"""));
        Assert.Equal(("", true), await Marked("""{"note":""}"""));
        Assert.Equal(("", false), await Marked("""{"kept":false}"""));
        Assert.Equal((new string('あ', 500), false), await Marked($$"""{"note":"{{new string('あ', 500)}}"}"""));

        async Task<(string, bool)> Marked(string body)
        {
            using HttpResponseMessage answer = await Mark(id, body);
            RunSummary line = (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunSummary, Cancel))!,
                listed = (await Lines($"?before={id}0&limit=1"))[0];
            Assert.Equal((line.Id, line.Note, line.Kept, line.Events), (listed.Id, listed.Note, listed.Kept, listed.Events));
            return (line.Note, line.Kept);
        }
    }

    [Theory]
    [InlineData("PATCH", EarlierData.Completed, "{}", "edge.note-or-kept")]
    [InlineData("PATCH", EarlierData.Completed, """{"note":null}""", "edge.note-or-kept")]
    [InlineData("PATCH", EarlierData.Completed, """{"note":7}""", "edge.note")]
    [InlineData("PATCH", EarlierData.Completed, """{"note":"a\u0007"}""", "edge.note")]
    [InlineData("PATCH", EarlierData.Completed, """{"note":"long"}""", "edge.note")]
    [InlineData("PATCH", EarlierData.Completed, """{"note":"\ud800"}""", "edge.not-text")]
    [InlineData("PATCH", EarlierData.Completed, """{"kept":1}""", "edge.switch")]
    [InlineData("PATCH", EarlierData.Completed, """{"mark":1}""", "edge.unknown-field")]
    [InlineData("PATCH", EarlierData.Completed, "[]", "edge.not-object")]
    [InlineData("PATCH", EarlierData.Completed, null, "edge.body-missing")]
    [InlineData("PATCH", "none", """{"kept":true}""", "edge.unknown-run")]
    [InlineData("DELETE", "none", null, "edge.unknown-run")]
    [InlineData("DELETE", "", null, "edge.run-ids")]
    [InlineData("DELETE", "?id=", null, "edge.run-ids")]
    [InlineData("POST", "restore", null, "edge.run-ids")]
    [InlineData("POST", "restore?id=&id=x", null, "edge.run-ids")]
    [InlineData("GET", "download", null, "edge.run-ids")]
    [InlineData("GET", "download?id=none", null, "edge.unknown-run")]
    [InlineData("GET", "?before=a&after=b", null, "edge.before-or-after")]
    [InlineData("GET", "?after=", null, "edge.run-id")]
    [InlineData("GET", "?before=", null, "edge.run-id")]
    [InlineData("GET", "?kept=maybe", null, "edge.switch")]
    [InlineData("GET", "?q=long", null, "edge.search-text")]
    [InlineData("GET", "?limit=0", null, "edge.limit")]
    public async Task What_cannot_be_done_says_so_by_its_code(string method, string path, string? body, string code)
    {
        string longer = new('x', 501);
        string target = "/api/runs" + (path.Length == 0 || path[0] == '?' ? path : "/" + path);
        using HttpRequestMessage request = new(new(method), target.Replace("q=long", "q=" + longer, StringComparison.Ordinal))
        {
            Content = body is null ? null : new StringContent(body.Replace("long", longer, StringComparison.Ordinal), Encoding.UTF8, "application/json"),
        };
        (int status, _, JsonElement problem) = await TestDashboard.Problem(await _dashboard.Http.SendAsync(request, Cancel));
        Assert.Equal(code == "edge.unknown-run" ? 404 : 400, status);
        Assert.Contains(
            code,
            (string?[])
                [
                    problem.GetProperty("code").GetString(),
                    .. problem.TryGetProperty("errors", out JsonElement errors) ? errors.EnumerateArray().Select(e => e.GetProperty("code").GetString()) : [],
                ]
        );
    }

    [Fact]
    public async Task More_than_two_hundred_at_once_are_refused()
    {
        string many = string.Join('&', Enumerable.Range(0, 201).Select(i => $"id=r{i}"));
        Assert.Equal(400, (await TestDashboard.Problem(await _dashboard.Http.DeleteAsync($"/api/runs?{many}", Cancel))).Status);
    }

    [Fact]
    public async Task What_was_deleted_is_nowhere_until_it_is_restored_and_then_as_it_was()
    {
        string one = Copy(EarlierData.Completed, "20220101-120000-aaaaaa"),
            two = Copy(EarlierData.Completed, "20220101-120000-bbbbbb");
        Assert.Equal(HttpStatusCode.OK, (await Mark(one, """{"note":"mine","kept":true}""")).StatusCode);
        string before = await _dashboard.Http.GetStringAsync($"/api/runs/{one}", Cancel);
        Assert.Equal([one, two], await Done(HttpMethod.Delete, $"/api/runs?id={one}&id={two}&id=none"));
        Assert.Empty(await Done(HttpMethod.Delete, $"/api/runs?id={one}"));
        Assert.DoesNotContain(one, (await List("")).Ids);
        foreach (
            (string method, string path) in ((string, string)[])
                [("GET", $"/{one}"), ("GET", $"/{one}/capture.pcapng"), ("GET", $"/download?id={one}"), ("DELETE", $"/{one}"), ("POST", $"/{one}/reset")]
        )
        {
            Assert.Equal(404, (await TestDashboard.Problem(await _dashboard.Http.SendAsync(new(new(method), "/api/runs" + path), Cancel))).Status);
        }

        Assert.Equal(404, (await TestDashboard.Problem(await Mark(one, """{"kept":false}"""))).Status);

        Assert.Equal([one], await Done(HttpMethod.Post, $"/api/runs/restore?id={one}&id=none"));
        Assert.Empty(await Done(HttpMethod.Post, $"/api/runs/restore?id={one}"));
        Assert.Equal(before, await _dashboard.Http.GetStringAsync($"/api/runs/{one}", Cancel));
        RunSummary line = (await Lines($"?before={one}0&limit=1"))[0];
        Assert.Equal((one, "mine", true), (line.Id, line.Note, line.Kept));
    }

    [Fact]
    public async Task A_zip_has_each_run_as_it_is_got_by_itself_and_in_place_of_one_that_cannot_be_read_the_problem()
    {
        string whole = Copy(EarlierData.Completed, "20210101-120000-aaaaaa"),
            broken = Copy(EarlierData.Completed, "20210101-120000-bbbbbb");
        EarlierData.Execute(_dashboard.DataPath, $"UPDATE runs SET Header = '[]' WHERE Id = '{broken}'");
        using HttpResponseMessage answer = await _dashboard.Http.GetAsync($"/api/runs/download?id={whole}&id={broken}&id={whole}", Cancel);
        Assert.Equal(
            ("application/zip", "reuseaddr-runs.zip"),
            (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.FileName)
        );
        await using ZipArchive zip = await ZipArchive.CreateAsync(
            await answer.Content.ReadAsStreamAsync(Cancel),
            ZipArchiveMode.Read,
            leaveOpen: false,
            null,
            Cancel
        );
        Assert.Equal([$"{whole}.json", $"{broken}.problem.json"], zip.Entries.Select(e => e.FullName));
        Assert.Equal(await _dashboard.Http.GetStringAsync($"/api/runs/{whole}", Cancel), await Text(zip.Entries[0]));
        Assert.Equal("edge.run-unreadable", JsonDocument.Parse(await Text(zip.Entries[1])).RootElement.GetProperty("code").GetString());

        static async Task<string> Text(ZipArchiveEntry entry)
        {
            using StreamReader reader = new(await entry.OpenAsync(Cancel));
            return await reader.ReadToEndAsync(Cancel);
        }
    }

    [Fact]
    public async Task The_cleaning_leaves_what_is_kept_and_takes_what_was_deleted_a_while_ago()
    {
        using TemporaryDirectory data = new();
        EarlierData.Make(data.Path);
        await using (TestDashboard first = await TestDashboard.Start(data.Path))
            await Filled(data.Path);
        string[] kept =
        [
            CopyIn(data.Path, EarlierData.Completed, "20200101-120000-aaaaaa"),
            CopyIn(data.Path, EarlierData.Completed, "20200101-120000-bbbbbb"),
        ];
        string just = CopyIn(data.Path, EarlierData.Completed, "20200101-120000-cccccc"),
            long_ = CopyIn(data.Path, EarlierData.Completed, "20200101-120000-dddddd"),
            old = CopyIn(data.Path, EarlierData.Completed, "20200101-120000-eeeeee");
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        EarlierData.Execute(
            data.Path,
            $"""
            UPDATE runs SET Kept = 1 WHERE Id IN ('{kept[0]}', '{kept[1]}');
            UPDATE runs SET Removed = {now} WHERE Id = '{just}';
            UPDATE runs SET Removed = {now - (long)RunCleaning.WayBack.TotalSeconds - 60}, Kept = 1 WHERE Id = '{long_}';
            """
        );
        // Of the runs that nobody keeps one may stay, and none of that age.
        await using TestDashboard dashboard = await TestDashboard.Start(
            data.Path,
            settings: new Dictionary<string, string?>
            {
                ["Retention:Runs"] = "1",
                ["Retention:Days"] = "1000",
                ["Retention:Megabytes"] = "all",
            }
        );
        await Until(data.Path, "SELECT Id FROM runs ORDER BY Id DESC", ids => ids.Count == 5);
        Assert.Equal([EarlierData.Open, EarlierData.Completed, just, kept[1], kept[0]], EarlierData.Query(data.Path, "SELECT Id FROM runs ORDER BY Id DESC"));
        Assert.Equal(["0"], EarlierData.Query(data.Path, $"SELECT count(*) FROM events WHERE Run IN ('{long_}', '{old}')"));
    }

    [Fact]
    public async Task Nothing_is_deleted_where_one_of_them_is_open_and_an_open_run_takes_a_note()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string over = await dashboard.StartRun(
            new
            {
                scenario = "with-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        string open = await dashboard.StartRun(
            new
            {
                scenario = "with-reuseaddr",
                ports = new { main = 22223 },
                pauseMs = 0,
            }
        );
        (int status, _, JsonElement problem) = await TestDashboard.Problem(await dashboard.Http.DeleteAsync($"/api/runs?id={over}&id={open}", Cancel));
        Assert.Equal((409, "edge.run-open", open), (status, problem.GetProperty("code").GetString(), problem.GetProperty("run").GetString()));
        using HttpResponseMessage noted = await dashboard.Http.PatchAsync(
            $"/api/runs/{open}",
            new StringContent("""{"note":"in the middle"}""", Encoding.UTF8, "application/json"),
            Cancel
        );
        Assert.Equal(HttpStatusCode.OK, noted.StatusCode);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        RunSummary[] lines = [.. (await dashboard.Http.GetFromJsonAsync("/api/runs", WireJson.Default.IReadOnlyListRunSummary, Cancel))!];
        Assert.Equal([(open, "in the middle"), (over, "")], lines.Select(l => (l.Id, l.Note)));

        // While another program has the database nothing is promised that is not so.
        using var other = new SqliteConnection($"Data Source={Path.Combine(dashboard.DataPath, "runs.db")};Pooling=False");
        other.Open();
        using SqliteTransaction lockedBy = other.BeginTransaction();
        (status, _, problem) = await TestDashboard.Problem(await dashboard.Http.DeleteAsync($"/api/runs/{over}", Cancel));
        Assert.Equal((503, "store.locked"), (status, problem.GetProperty("code").GetString()));
    }

    private string Copy(string from, string to) => CopyIn(_dashboard.DataPath, from, to);

    private static string CopyIn(string directory, string from, string to)
    {
        EarlierData.Execute(
            directory,
            $"""
            INSERT INTO runs (Id, Lab, Header, Finished, Summary, Format, Scenario, Result, Kind) SELECT '{to}', Lab, replace(Header, Id, '{to}'), Finished, replace(Summary, Id, '{to}'), Format, Scenario, Result, Kind FROM runs WHERE Id = '{from}';
            INSERT INTO events SELECT '{to}', Seq, Json FROM events WHERE Run = '{from}';
            """
        );
        return to;
    }

    // The third is still in the lab.
    private static Task Filled(string directory) =>
        Until(directory, "SELECT Id FROM runs WHERE Kind IS NOT NULL AND Summary IS NOT NULL", ids => ids.Count == 2);

    private static async Task Until(string directory, string query, Func<IReadOnlyList<string>, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        IReadOnlyList<string> found;
        while (!condition(found = EarlierData.Query(directory, query)))
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"{query}: {string.Join(", ", found)}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private Task<HttpResponseMessage> Mark(string id, string body) =>
        _dashboard.Http.PatchAsync($"/api/runs/{id}", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);

    private async Task<IReadOnlyList<string>> Done(HttpMethod method, string path)
    {
        using HttpResponseMessage answer = await _dashboard.Http.SendAsync(new(method, path), Cancel);
        return [.. (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunsDone, Cancel))!.Runs.Order(StringComparer.Ordinal)];
    }

    private async Task<RunSummary[]> Lines(string query) =>
        [.. (await _dashboard.Http.GetFromJsonAsync($"/api/runs{query}", WireJson.Default.IReadOnlyListRunSummary, Cancel))!];

    private async Task<(string[] Ids, int Total, int Newer)> List(string query)
    {
        using HttpResponseMessage answer = await _dashboard.Http.GetAsync($"/api/runs{query}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (
            [.. (await answer.Content.ReadFromJsonAsync(WireJson.Default.IReadOnlyListRunSummary, Cancel))!.Select(r => r.Id)],
            Number(RunListHeaders.Total),
            Number(RunListHeaders.Newer)
        );

        int Number(string header) => int.Parse(answer.Headers.GetValues(header).Single(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
