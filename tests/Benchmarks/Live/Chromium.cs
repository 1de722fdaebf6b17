using Microsoft.Playwright;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>The distribution's Chromium, headless.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public string Version => _browser.Version;

    public static async Task<Chromium> Launch()
    {
        string path =
            (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Append("/usr/bin")
                .SelectMany(directory => Names.Select(name => Path.Combine(directory, name)))
                .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("No Chromium on PATH: install the package chromium.");
        IPlaywright playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Headless = true }));
    }

    /// <summary>A browser window with an empty cache.</summary>
    public Task<IBrowserContext> Window() =>
        _browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1440, Height = 900 },
                Locale = "en-US",
            }
        );

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
