using Microsoft.Playwright;
using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>When so many marks of system calls were in the diagram, in nanoseconds of CLOCK_MONOTONIC.</summary>
/// <param name="Count">Marks in the picture.</param>
/// <param name="Drawn">They were put into the page.</param>
/// <param name="Shown">The next animation frame began: the frame that shows them was handed over.</param>
internal readonly record struct MarksSeen(int Count, long Drawn, long Shown);

/// <summary>A message of the hub's, as the page's script got it.</summary>
/// <param name="At">When, in nanoseconds of CLOCK_MONOTONIC.</param>
/// <param name="Calls">The system calls in it.</param>
/// <param name="Characters">Its length.</param>
internal readonly record struct MessageCame(long At, int Calls, int Characters);

/// <summary>Watches the diagram from within the page and maps the page's clock to the kernel's.</summary>
internal sealed class MarkRecorder(IPage page)
{
    // performance.now() is rounded to 100 us and may be blurred by as much.
    private const long Coarseness = 200_000;

    private const string Script = """
        () => {
          const seen = [];
          let last = 0;
          new MutationObserver(() => {
            const drawn = performance.now(), count = document.querySelectorAll("svg.sequence :is(g.call, g.attempt)").length;
            if (count === last) return;
            last = count;
            requestAnimationFrame(() => seen.push([count, drawn, performance.now()]));
          }).observe(document.body, { subtree: true, childList: true });
          window.marks = { take: () => seen.splice(0), shown: count => last === count && seen.at(-1)?.[0] === count };
        }
        """;

    private const string Listen = """
        (() => {
          const came = window.came = [];
          window.WebSocket = class extends WebSocket {
            constructor(...all) {
              super(...all);
              this.addEventListener("message", ({ data }) => {
                const now = performance.now(), text = typeof data === "string" ? data : "";
                came.push([now, text.split('"kind":"call"').length - 1, text.length]);
              });
            }
          };
        })();
        """;

    private readonly ClockOffset _offset = new();

    /// <summary>How far times may be off, nanoseconds.</summary>
    public long Uncertainty => _offset.Uncertainty;

    /// <summary>Has every page of a window tell of the messages it gets; before it is opened.</summary>
    public static Task BeginWith(IBrowserContext window) => window.AddInitScriptAsync(Listen);

    public Task Begin() => page.EvaluateAsync(Script);

    /// <summary>Asks the page for its time, to know it better.</summary>
    public async Task CompareClocks(int times)
    {
        for (int i = 0; i < times; i++)
        {
            long before = KernelClock.Monotonic();
            double now = await page.EvaluateAsync<double>("performance.now()");
            _offset.Add(before, Nanoseconds(now), KernelClock.Monotonic(), Coarseness);
        }
    }

    /// <summary>Waits until so many marks are on the screen; returns what was seen since it was asked last.</summary>
    public async Task<IReadOnlyList<MarksSeen>> Take(int count)
    {
        await page.WaitForFunctionAsync("count => window.marks.shown(count)", count, new() { Timeout = 10_000 });
        double[][] seen = await page.EvaluateAsync<double[][]>("window.marks.take()");
        return [.. seen.Select(s => new MarksSeen((int)s[0], _offset.Value + Nanoseconds(s[1]), _offset.Value + Nanoseconds(s[2])))];
    }

    /// <summary>The messages since it was asked last.</summary>
    public async Task<IReadOnlyList<MessageCame>> Messages()
    {
        double[][] came = await page.EvaluateAsync<double[][]>("window.came.splice(0)");
        return [.. came.Select(m => new MessageCame(_offset.Value + Nanoseconds(m[0]), (int)m[1], (int)m[2]))];
    }

    private static long Nanoseconds(double milliseconds) => (long)(milliseconds * 1e6);
}
