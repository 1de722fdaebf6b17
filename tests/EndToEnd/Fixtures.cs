using System.Threading.Channels;
using Microsoft.Playwright;
using Xunit;
using Xunit.Sdk;

// Each test has a server with its lab to itself; as many go on at once as there are servers.
[assembly: CollectionBehavior(MaxParallelThreads = ReuseAddrDashboard.EndToEnd.SharedDashboards.Count, ParallelAlgorithm = ParallelAlgorithm.Conservative)]
[assembly: AssemblyFixture(typeof(ReuseAddrDashboard.EndToEnd.SharedDashboards))]
[assembly: AssemblyFixture(typeof(ReuseAddrDashboard.EndToEnd.Chromium))]

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The servers that the tests share.</summary>
public sealed class SharedDashboards : IAsyncLifetime
{
    public const int Count = 2;

    private readonly Channel<Dashboard> _free = Channel.CreateUnbounded<Dashboard>();
    private Dashboard[] _all = [];

    public async ValueTask InitializeAsync()
    {
        _all = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Dashboard.Run()));
        foreach (Dashboard dashboard in _all)
            Return(dashboard);
    }

    /// <summary>One that no other test has.</summary>
    public ValueTask<Dashboard> Take() => _free.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void Return(Dashboard dashboard) => Assert.True(_free.Writer.TryWrite(dashboard));

    public async ValueTask DisposeAsync()
    {
        foreach (Dashboard dashboard in _all)
            await dashboard.DisposeAsync();
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
    private static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
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
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/bin")
            .SelectMany(directory => Names.Select(name => Path.Combine(directory, name)))
            .FirstOrDefault(File.Exists);
        if (path is null)
            return;
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout((float)Wait.Patience.TotalMilliseconds);
        _browser = await _playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = path,
                Headless = true,
                Args = ["--disable-gpu", "--disable-background-networking"],
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
