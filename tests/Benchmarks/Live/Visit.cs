using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>The page in one tab, opened until it works: Chromium drops what it loads when any interface of this machine comes or goes.</summary>
internal sealed class Visit
{
    private const int Tries = 5;

    // The first step can be pressed, or the page says that it broke; drawn in one frame, found in the next.
    private const string Ended = """
        () => document.querySelector("#blazor-error-ui")?.checkVisibility() ? "broken"
          : [...document.querySelectorAll("button")].some(b => !b.disabled && b.textContent.trim() === "Start listener") ? "usable" : null
        """;

    private readonly ConcurrentQueue<string> _complaints = new();

    private Visit(IPage page)
    {
        Page = page;
        page.Console += (_, message) => Note(message.Type == "error", message.Text);
        page.PageError += (_, error) => Note(true, error);
        page.RequestFailed += (_, request) => Note(true, $"{request.Url}: {request.Failure}");
    }

    public IPage Page { get; }

    /// <summary>Opens the lab's page and waits until its first step can be pressed.</summary>
    public static async Task<Visit> Usable(IBrowserContext window, string url)
    {
        for (int tries = 1; ; tries++)
        {
            if (await Once(window, url) is { } visit)
                return visit;
            if (tries == Tries)
                throw new InvalidOperationException($"An interface of this machine came or went {Tries} times while the page was loading.");
        }
    }

    /// <returns>Null when the network changed meanwhile.</returns>
    public static async Task<Visit?> Once(IBrowserContext window, string url)
    {
        Visit visit = new(await window.NewPageAsync());
        await visit.Page.GotoAsync(url + "/lab?lesson=without-reuseaddr&predict=off", new() { WaitUntil = WaitUntilState.Commit });
        IJSHandle how = await visit.Page.WaitForFunctionAsync(Ended, null, new() { Timeout = 60_000 });
        if (await how.JsonValueAsync<string>() == "usable")
            return visit;
        string why = string.Join('\n', visit._complaints);
        await visit.Page.CloseAsync();
        return why.Contains("ERR_NETWORK_CHANGED", StringComparison.Ordinal) ? null : throw new InvalidOperationException($"The page broke:\n{why}");
    }

    private void Note(bool bad, string what)
    {
        if (bad)
            _complaints.Enqueue(what);
    }
}
