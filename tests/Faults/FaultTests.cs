using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Faults.Kinds;

namespace ReuseAddrDashboard.Faults;

/// <summary>
/// Random faults over running lessons with pages attached. After each: every event that any page was ever shown is in the file, unchanged and without a hole;
/// the lab works again; nothing is left.
/// REUSEADDR_FAULTS says how many (default 40), REUSEADDR_SEED which (default: of the clock, and told).
/// </summary>
public sealed class FaultTests
{
    private const int FirstPort = 10_000,
        Ports = 22_000;

    private static readonly int Faults = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_FAULTS") ?? "40", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("REUSEADDR_SEED"), out int seed) ? seed : Environment.TickCount;

    private int _port = -1;
    private long _shown;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 21_600_000)]
    public async Task Nothing_that_was_shown_is_lost_and_the_lab_works_after_each()
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("reuseaddr-faults-");
        var told = new SortedDictionary<string, int>();
        var took = Stopwatch.StartNew();
        bool small = false;
        string? data = null;
        try
        {
            await using (var dashboard = new Dashboard(place.FullName))
            {
                data = dashboard.Data;
                small = Environment.IsPrivilegedProcess && await Run("mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", data) == 0;
                var leftovers = new Leftovers(dashboard);
                await dashboard.Start(Cancel);
                await using Viewer one = new(dashboard.Url),
                    two = new(dashboard.Url),
                    three = new(dashboard.Url);
                Viewer[] viewers = [one, two, three];
                var random = new Random(Seed);
                var lessons = new Lessons(dashboard, random, Port, Cancel);
                await lessons.Read();
                Assert.Null(await leftovers.Find(Cancel));
                var kinds = new FaultKinds(
                    random,
                    [
                        .. new ProcessFaults(dashboard, random, Cancel).All,
                        .. new PageFaults(dashboard, viewers, random, Cancel).All,
                        .. new StoreFaults(dashboard, small, random, Cancel).All,
                        .. new StrangerFaults(dashboard, lessons.Start, Port, random, Cancel).All,
                        .. new ImpostorFaults(dashboard, random, Cancel).All,
                    ]
                );
                for (int i = 0; i < Faults; i++)
                {
                    long began = Stopwatch.GetTimestamp();
                    try
                    {
                        await lessons.StartAny(Port());
                        leftovers.Note();
                        await Task.Delay(random.Next(400), Cancel);
                        string what = await kinds.Do();
                        told[what] = told.GetValueOrDefault(what) + 1;
                        await WorksAgain(dashboard, lessons, viewers, leftovers);
                    }
                    catch (Exception e) when (e is not OperationCanceledException || !Cancel.IsCancellationRequested)
                    {
                        Assert.Fail($"Fault {i} of seed {Seed} ({kinds.Doing}): {e}\n{dashboard.Log}");
                    }
                    TestContext.Current.SendDiagnosticMessage($"{i}: {kinds.Doing}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
                }
                await dashboard.End(Tests.Shared.DashboardProcess.Sigterm);
                await UntilAsync(
                    () => Task.FromResult(leftovers.Files().Count == 0),
                    () => $"left on the disk at the end: {string.Join(' ', leftovers.Files())}"
                );
            }
        }
        finally
        {
            if (small)
                await Run("umount", "-l", data!);
            place.Delete(recursive: true);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Faults} faults of seed {Seed} in {took.Elapsed.TotalMinutes:0.0} min, {_shown} events shown: 0 lost, 0 wedged, 0 left over\n{string.Join('\n', told.Select(t => $"{t.Value, 5} {t.Key}"))}"
        );
    }

    private async Task WorksAgain(Dashboard dashboard, Lessons lessons, Viewer[] viewers, Leftovers leftovers)
    {
        await dashboard.UntilReady(Cancel);
        await UntilAsync(async () => (await dashboard.Post("/api/labs/local/reset", null, Cancel))?.IsSuccessStatusCode == true, () => "Reset is refused");
        RunFile played = await lessons.Play();
        await UntilAsync(
            () => Task.FromResult(viewers.All(v => v.Count(played.Id) >= played.Events.Count)),
            () => $"pages were shown {string.Join(", ", viewers.Select(v => v.Count(played.Id)))} of {played.Events.Count} events of {played.Id}"
        );
        await UntilAsync(
            async () => (await dashboard.Post("/api/labs/local/reset", null, Cancel))?.IsSuccessStatusCode == true,
            () => "Reset is refused after the lesson"
        );

        // Whatever anybody was shown is stored.
        await UntilAsync(
            async () =>
                (await dashboard.Lab(Cancel)) is { Problem: null, Runs.Count: 0 }
                && (await dashboard.Http.GetAsync(dashboard.Url + "/readyz", Cancel)).IsSuccessStatusCode,
            () => "the store does not recover"
        );
        var stored = new Dictionary<string, string[]>();
        foreach (Viewer viewer in viewers)
        {
            Assert.Empty(viewer.Wrong);
            foreach ((string run, IReadOnlyList<RunEvent> events) in viewer.Shown)
            {
                if (!stored.TryGetValue(run, out string[]? log))
                {
                    IReadOnlyList<RunEvent> file = (await dashboard.Run(run, Cancel))?.Events ?? [];
                    Assert.Equal(Enumerable.Range(1, file.Count).Select(s => (long)s), file.Select(e => e.Seq));
                    stored[run] = log = [.. file.Select(Texts.Of)];
                }
                Assert.True(log.Length >= events.Count, $"{run} was shown to {events.Count} and stored to {log.Length}");
                for (int e = 0; e < events.Count; e++)
                    Assert.Equal(log[e], Texts.Of(events[e]));
                _shown += events.Count;
                viewer.Forget(run);
            }
        }
        string? left = null;
        await UntilAsync(async () => (left = await leftovers.Find(Cancel)) is null, () => $"left over: {left}");
        // A person makes room: what was put aside would fill the small disk for good.
        foreach (string aside in Directory.EnumerateFiles(dashboard.Data, "runs.db.*-*"))
            File.Delete(aside);
    }

    /// <summary>
    /// The hosts' namespaces are the lab's own: any port is free there that no lesson had in the last minute, and none is one that kernels choose themselves.
    /// </summary>
    private int Port() => FirstPort + (int)((uint)Interlocked.Increment(ref _port) % Ports);

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> why)
    {
        if (!await Patience.Until(holds, Cancel))
            throw new InvalidOperationException(why());
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments)!;
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode;
    }
}

/// <summary>How long anything may take that has to come by itself.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60),
        Apart = TimeSpan.FromMilliseconds(30);

    /// <returns>False when it did not come.</returns>
    public static async Task<bool> Until(Func<Task<bool>> holds, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        using var tick = new PeriodicTimer(Apart);
        try
        {
            while (!await holds())
                await tick.WaitForNextTickAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
