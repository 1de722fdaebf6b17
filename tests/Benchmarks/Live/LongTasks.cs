using Microsoft.Playwright;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>Tasks of a page that took longer than 50 ms (the Long Tasks API), and frames that came late.</summary>
internal static class LongTasks
{
    /// <summary>Before anything else of the page's.</summary>
    public const string Script = """
        window.tasks = { longest: 0, late: 0, reset: () => { tasks.longest = 0; tasks.late = 0; } };
        new PerformanceObserver(list => list.getEntries().forEach(e => tasks.longest = Math.max(tasks.longest, e.duration))).observe({ type: "longtask" });
        let last = performance.now();
        const frame = now => { if (now - last > 100) tasks.late++; last = now; requestAnimationFrame(frame); };
        requestAnimationFrame(frame);
        """;

    public static Task Forget(IPage page) => page.EvaluateAsync("tasks.reset()");

    /// <returns>The longest, and frames that came more than 100 ms after the one before.</returns>
    public static async Task<(double Longest, int Late)> Of(IPage page)
    {
        double[] of = await page.EvaluateAsync<double[]>("[tasks.longest, tasks.late]");
        return (of[0], (int)of[1]);
    }
}
