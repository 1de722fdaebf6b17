using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Faults;

/// <summary>
/// Random faults over running lessons with pages attached. After each: every event that any page was ever shown is in the file, unchanged and without a hole; the lab works again; nothing is left.
/// REUSEADDR_FAULTS says how many (default 40), REUSEADDR_SEED which (default: of the clock, and told).
/// </summary>
public sealed class FaultTests
{
    private static readonly int Faults = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_FAULTS") ?? "40", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("REUSEADDR_SEED"), out int seed) ? seed : Environment.TickCount;
    private static readonly string[] Lessons = ["without-reuseaddr", "with-reuseaddr", "over-listener", "fin-wait-2-orphan", "two-listeners", "inherited-by-child"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private int _port = 20_000 + Environment.ProcessId % 200 * 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 21_600_000)]
    public async Task Nothing_that_was_shown_is_lost_and_the_lab_works_after_each()
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("reuseaddr-faults-");
        string data = place.CreateSubdirectory("data").FullName;
        bool small = Environment.IsPrivilegedProcess && await Run("mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", data) == 0;
        var told = new SortedDictionary<string, int>();
        try
        {
            await using var dashboard = new Dashboard(data);
            await dashboard.Start(Cancel);
            await using Viewer one = new(dashboard.Url), two = new(dashboard.Url), three = new(dashboard.Url);
            Viewer[] viewers = [one, two, three];
            var random = new Random(Seed);
            for (int i = 0; i < Faults; i++)
            {
                string what = "";
                try
                {
                    what = await Once(dashboard, viewers, random);
                    told[what] = told.GetValueOrDefault(what) + 1;
                }
                catch (Exception e) when (e is not OperationCanceledException || !Cancel.IsCancellationRequested)
                {
                    Assert.Fail($"Fault {i} of seed {Seed} ({what}): {e}\n{dashboard.Log}");
                }
            }
        }
        finally
        {
            if (small)
                await Run("umount", "-l", data);
            place.Delete(recursive: true);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{Faults} faults of seed {Seed}: 0 lost, 0 wedged, 0 left over\n{string.Join('\n', told.Select(t => $"{t.Value,5} {t.Key}"))}");
    }

    private async Task<string> Once(Dashboard dashboard, Viewer[] viewers, Random random)
    {
        await dashboard.Post("/api/labs/local/runs", new { scenario = Lessons[random.Next(Lessons.Length)], ports = Port(), play = true, pauseMs = random.Next(2) * random.Next(80) }, Cancel);
        await Task.Delay(random.Next(400), Cancel);
        (string name, Func<Task> fault) = random.GetItems([.. new FaultKinds(dashboard, viewers, random, Cancel).All], 1)[0];
        await fault();

        // It works again: a whole lesson, from Reset to its end.
        await dashboard.UntilReady(Cancel);
        await UntilAsync(async () => (await dashboard.Post("/api/labs/local/reset", null, Cancel))?.IsSuccessStatusCode == true, $"{name}: Reset is refused");
        string id = "";
        await UntilAsync(async () =>
        {
            using HttpResponseMessage? answer = await dashboard.Post("/api/labs/local/runs", new { scenario = "with-reuseaddr", ports = Port(), play = true, pauseMs = 0 }, Cancel);
            if (answer?.IsSuccessStatusCode != true)
                return false;
            id = (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, Cancel))!.Id;
            return true;
        }, $"{name}: no run can be started");
        RunFile? played = null;
        await UntilAsync(async () =>
        {
            played = await dashboard.Run(id, Cancel);
            // An agent that was told to end may have gone only now: the next lesson has to do.
            if (played?.Outcome is Outcome.Interrupted or Outcome.Reset)
            {
                await dashboard.UntilReady(Cancel);
                await dashboard.Post("/api/labs/local/reset", null, Cancel);
                using HttpResponseMessage? answer = await dashboard.Post("/api/labs/local/runs", new { scenario = "with-reuseaddr", ports = Port(), play = true, pauseMs = 0 }, Cancel);
                if (answer?.IsSuccessStatusCode == true)
                    id = (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, Cancel))!.Id;
            }
            return played?.Outcome == Outcome.Completed;
        }, () => $"{name}: the lesson does not end: {played?.Outcome}\n{string.Join('\n', played?.Events.TakeLast(12).Select(Texts.Of) ?? [])}");
        await UntilAsync(async () => (await dashboard.Post("/api/labs/local/reset", null, Cancel))?.IsSuccessStatusCode == true, $"{name}: Reset is refused after it");

        // Whatever anybody was shown is stored.
        await UntilAsync(async () => (await dashboard.Lab(Cancel)) is { Problem: null, Runs.Count: 0 } && (await dashboard.Http.GetAsync(dashboard.Url + "/readyz", Cancel)).IsSuccessStatusCode, $"{name}: the store does not recover");
        foreach (Viewer viewer in viewers)
        {
            Assert.Empty(viewer.Wrong);
            foreach ((string run, IReadOnlyList<RunEvent> events) in viewer.Shown)
            {
                IReadOnlyList<RunEvent> stored = (await dashboard.Run(run, Cancel))?.Events ?? [];
                Assert.Equal(Enumerable.Range(1, stored.Count).Select(s => (long)s), stored.Select(e => e.Seq));
                Assert.True(stored.Count >= events.Count, $"{name}: {run} was shown to {events.Count} and stored to {stored.Count}");
                for (int e = 0; e < events.Count; e++)
                    Assert.Equal(Texts.Of(stored[e]), Texts.Of(events[e]));
                viewer.Forget(run);
            }
        }
        await NothingIsLeft(dashboard, name);
        // A person makes room: what was put aside would fill the small disk for good.
        foreach (string aside in Directory.EnumerateFiles(dashboard.Data, "runs.db.*-*"))
            File.Delete(aside);
        return name;
    }

    /// <summary>No socket on a lesson's port but TIME-WAIT, one process for each host, no table of filters.</summary>
    private async Task NothingIsLeft(Dashboard dashboard, string name) => await UntilAsync(async () =>
    {
        IReadOnlyList<(int Id, string Role)> hosts = dashboard.Hosts();
        if (!hosts.Select(h => h.Role).Order().SequenceEqual(["client", "keeper", "server"]))
            return false;
        foreach ((int id, _) in hosts.Where(h => h.Role != "keeper"))
        {
            foreach (string table in (string[])["tcp", "tcp6"])
            {
                string[] rows = await File.ReadAllLinesAsync($"/proc/{id}/net/{table}", Cancel);
                if (rows.Skip(1).Any(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var state, ..] && state != "06"))
                    return false;
            }
        }
        return true;
    }, () => $"{name}: left over: {string.Join(' ', dashboard.Hosts())}");

    private object Port() => new { main = Interlocked.Increment(ref _port) };

    private static Task UntilAsync(Func<Task<bool>> holds, string why) => UntilAsync(holds, () => why);

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> why)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (!await holds())
                await tick.WaitForNextTickAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            throw new InvalidOperationException(why());
        }
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments)!;
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode;
    }
}
