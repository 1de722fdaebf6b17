using Microsoft.Playwright;
using Xunit;

// One server, one browser, one lab: tests follow each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(ReuseAddrDashboard.EndToEnd.SharedDashboard))]
[assembly: AssemblyFixture(typeof(ReuseAddrDashboard.EndToEnd.Chromium))]

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The server that most tests share, put in order by Reset before each.</summary>
public sealed class SharedDashboard : IAsyncLifetime
{
    private Dashboard? _dashboard;

    public Dashboard Dashboard => _dashboard ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync() => _dashboard = await Dashboard.Run();

    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
            await _dashboard.DisposeAsync();
    }
}

/// <summary>Ports for lessons: each test takes its own, since TIME-WAIT stays for a minute; below the range from which kernels choose.</summary>
internal static class LessonPorts
{
    private static int _last = 12_000 + Environment.ProcessId % 150 * 100;

    public static int Next() => Interlocked.Increment(ref _last);
}

/// <summary>The distribution's Chromium, found on PATH.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public IBrowser Browser
    {
        get
        {
            Assert.SkipWhen(_browser is null, "No Chromium on PATH: install the package chromium.");
            return _browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
            .SelectMany(directory => Names.Select(name => Path.Combine(directory, name))).FirstOrDefault(File.Exists);
        if (path is null)
            return;
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(15_000);
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Headless = true });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
