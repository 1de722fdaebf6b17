using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>
/// The list of runs of a data directory that has 100,000: pages, filters and the search, asked of the published server over HTTP. The first dozen runs are made
/// by the server itself, of as many lessons; the rest are
/// copies of their rows by SQL, on four kernels, with other results and notes. The copies have no events: the list reads none.
/// </summary>
internal static class HistoryBenchmark
{
    private const int Runs = 100_000,
        Lessons = 12,
        Rounds = 40;

    private static readonly string[] Kernels = ["6.18.0", "6.12.41", "5.15.0-139-generic", "6.6.87"];

    public static async Task<int> Run()
    {
        string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName,
            keys = Path.Combine(data, "keys");
        string[] options = ["--hosts", "none", "--agent-keys", keys, "--keep-runs", "all", "--keep-mb", "all"];
        try
        {
            await using (PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data, options))
                await Play(server, keys);
            long began = Stopwatch.GetTimestamp();
            Fill(Path.Combine(data, "runs.db"));
            Console.WriteLine(
                $"{Runs:#,0} runs, {new FileInfo(Path.Combine(data, "runs.db")).Length / 1e9:0.0} GB, written in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s.\n"
            );
            await using PublishedServer full = await PublishedServer.Start(PublishedServer.FreeUrl(), data, options);
            await Measure(full.Http);
            return 0;
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task Play(PublishedServer server, string keys)
    {
        TcpEndpoint host = TcpEndpoint.Of(IPAddress.Parse("192.168.122.68"), 11_111),
            peer = TcpEndpoint.Of(IPAddress.Parse("192.168.122.177"), 40_000);
        await using FakeAgent client = await FakeAgent.Join(server.Url, keys, "client", (peer, host)),
            agent = await FakeAgent.Join(server.Url, keys, "server", (host, peer));
        await server.HostsJoined();
        JsonElement lessons = await server.Http.GetFromJsonAsync<JsonElement>("/api/scenarios");
        int made = 0;
        foreach (JsonElement lesson in lessons.EnumerateArray().Where(l => l.GetProperty("missing").GetArrayLength() == 0))
        {
            using HttpResponseMessage opened = await server.Http.PostAsJsonAsync(
                "/api/labs/local/runs",
                new { scenario = lesson.GetProperty("id").GetString(), pauseMs = 0 }
            );
            opened.EnsureSuccessStatusCode();
            await server.Reset();
            if (++made == Lessons)
                return;
        }
        throw new InvalidOperationException($"Only {made} lessons can be begun.");
    }

    private static void Fill(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA synchronous = OFF;
            BEGIN;
            CREATE TEMP TABLE seeds AS SELECT row_number() OVER (ORDER BY Id) - 1 AS N, * FROM runs;
            DELETE FROM runs;
            DELETE FROM events;
            CREATE TEMP TABLE shapes AS SELECT k.Topic, k.Kernels, k.Text, e.key AS Kernel, s.N AS Seed, 1 + e.key * {Lessons} + s.N AS Number, e.value AS Name FROM seeds s JOIN kinds k ON k.Number = s.Kind, json_each('{JsonSerializer.Serialize(
                Kernels
            )}') e;
            DELETE FROM kinds;
            INSERT INTO kinds (Number, Topic, Kernels, Text) SELECT Number, Topic, replace(Kernels, '6.18.0', Name), replace(Text, '6.18.0', Name) FROM shapes;
            WITH RECURSIVE numbers(I) AS (SELECT 0 UNION ALL SELECT I + 1 FROM numbers WHERE I + 1 < {Runs}),
              lines AS (SELECT I, I % {Lessons} AS Seed, strftime('%Y%m%d', '2024-01-01', (I / 200) || ' days') || printf('-%02d%02d00-%06x', 8 + I % 200 / 20, I % 20 * 3, I) AS NewId FROM numbers)
            INSERT INTO runs (Id, Lab, Header, Finished, Summary, Format, Scenario, Result, Kind, Note, Kept)
              SELECT NewId, Lab, replace(Header, Id, NewId), 1, replace(Summary, Id, NewId), Format, Scenario,
                CASE WHEN I % 10000 = 7 THEN 'ETIMEDOUT' WHEN I % 20 = 1 THEN '' WHEN I % 20 = 2 THEN 'ECONNREFUSED' WHEN I % 3 = 0 THEN 'EADDRINUSE' ELSE 'ok' END,
                1 + I * 7 / {Lessons} % {Kernels.Length} * {Lessons} + Seed, CASE WHEN I % 20 = 0 THEN 'Shown in course ' || (I / 2000) || ': the class expected success, and asked why the client may.' ELSE '' END, I % 50 = 0
              FROM lines JOIN seeds ON N = Seed;
            COMMIT;
            """;
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }

    private static async Task Measure(HttpClient http)
    {
        string deep = (await Page(http, "limit=1&before=20240401")).Runs[0].Id;
        (string Name, string Query)[] asked =
        [
            ("the newest 50", ""),
            ("50 a long way down", $"before={deep}"),
            ("the 50 ahead of those", $"after={deep}"),
            ("a lesson", "lesson=with-reuseaddr"),
            ("a topic", "topic=time-wait"),
            ("a result that a third has", "result=EADDRINUSE"),
            ("a result that ten have", "result=ETIMEDOUT"),
            ("a kernel", "kernel=6.12.41"),
            ("what is kept", "kept=true"),
            ("a word of a title", "q=reuseaddr"),
            ("a word of some notes", "q=class"),
            ("a word of 100 notes", "q=course+42%3A"),
            ("words that stand nowhere", "q=no+such+words+here"),
            ("everything at once, a long way down", $"q=so_reuseaddr+class&topic=time-wait&result=EADDRINUSE&kernel=6.18.0&kept=true&before={deep}"),
        ];
        Table table = new("asked for", "runs let through", "first, ms", "median, ms", "most, ms");
        foreach ((string name, string query) in asked)
        {
            int total = 0;
            double[] took = new double[Rounds];
            for (int i = 0; i < Rounds; i++)
            {
                long began = Stopwatch.GetTimestamp();
                total = (await Page(http, $"limit=50&{query}")).Total;
                took[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
            table.Add(name, total, took[0], took[1..].Median(), took[1..].Max());
        }
        double[] filters = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await http.GetStringAsync("/api/runs/filters");
            filters[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        table.Add("what can be filtered by", Runs, filters[0], filters[1..].Median(), filters[1..].Max());
        table.Print();
    }

    private static async Task<(RunSummary[] Runs, int Total)> Page(HttpClient http, string query)
    {
        using HttpResponseMessage answer = await http.GetAsync($"/api/runs?{query}");
        RunSummary[] runs = [.. await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(WireJson.Default.IReadOnlyListRunSummary) ?? []];
        return (runs, int.Parse(answer.Headers.GetValues(RunListHeaders.Total).Single(), CultureInfo.InvariantCulture));
    }
}
