using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>
/// A dashboard of its own: lessons that change sysctls and filters do not meet each other's. Its hosts are in namespaces of their own, or where
/// REUSEADDR_LESSON_HOSTS says
/// (<c>loopback</c>); its user is the one who runs the tests.
/// </summary>
public class LessonDashboard : IAsyncLifetime
{
    private const int Nobody = 65534;
    private const string Loopback = "loopback";
    private static int _lastPort = 12_000 + Environment.ProcessId % 80 * 250;

    private readonly string _hosts;
    private readonly bool _drop;
    private readonly IReadOnlyList<string> _options;
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("reuseaddr-lessons-");
    private readonly DashboardProcess _process = new();
    private HttpClient? _http;

    public LessonDashboard()
        : this([]) { }

    /// <param name="options">What else it is told.</param>
    protected LessonDashboard(params IReadOnlyList<string> options)
        : this(Environment.GetEnvironmentVariable("REUSEADDR_LESSON_HOSTS") is { Length: > 0 } hosts ? hosts : "namespaces", ordinary: false, options) { }

    /// <param name="hosts">What <c>--hosts</c> is told.</param>
    /// <param name="ordinary">Whether it runs as an ordinary user also where root runs the tests.</param>
    /// <param name="options">What else it is told.</param>
    protected LessonDashboard(string hosts, bool ordinary, params IReadOnlyList<string> options)
    {
        (_hosts, _drop, _options) = (hosts, ordinary && Environment.IsPrivilegedProcess, options);
        MayLack = Lacking(hosts, root: Environment.IsPrivilegedProcess && !ordinary);
    }

    /// <summary>What its hosts may lack, as the codes of <c>ScenarioNeeds.Missing</c>: a lesson that needs anything else must run.</summary>
    public IReadOnlySet<string> MayLack { get; }

    public HttpClient Http => _http ?? throw new InvalidOperationException("The dashboard was not started.");

    public string Log => _process.Log;

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    public async ValueTask InitializeAsync()
    {
        string data = _place.CreateSubdirectory("data").FullName;
        string[] command =
        [
            "dotnet",
            "exec",
            Path.Combine(_drop ? CopyForAnyone() : AppContext.BaseDirectory, "ReuseAddrDashboard.Server.dll"),
            "--data",
            data,
            "--hosts",
            _hosts,
            .. _options,
        ];
        if (_drop)
        {
            File.SetUnixFileMode(data, (UnixFileMode)0b111_111_111);
            command = ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", .. command];
        }
        _http = new HttpClient { BaseAddress = new(_process.Url), Timeout = TimeSpan.FromSeconds(60) };
        await _process.Start(
            command,
            data,
            HostsAreThere,
            CancellationToken.None,
            start =>
            {
                if (!_drop)
                    return;
                // Root's own directories, which the user may not enter.
                start.Environment["HOME"] = data;
                start.Environment.Remove("XDG_RUNTIME_DIR");
            }
        );
    }

    /// <summary>
    /// The ports of one run: on loopback its own, because what earlier runs left there is the machine's and stays for a minute; in namespaces the lesson's.
    /// </summary>
    public Dictionary<string, int> PortsFor(Scenario scenario) =>
        _hosts == Loopback ? scenario.Ports.ToDictionary(p => p.Id, _ => Interlocked.Increment(ref _lastPort)) : [];

    public async Task<LabState> Lab(CancellationToken cancel) =>
        Assert.Single(await Http.GetFromJsonAsync("/api/labs", WireJson.Default.IReadOnlyListLabState, cancel) ?? []);

    public async Task<RunFile> Run(string id, CancellationToken cancel) =>
        await Http.GetFromJsonAsync($"/api/runs/{id}", WireJson.Default.RunFile, cancel) ?? throw new InvalidOperationException($"The run {id} is empty.");

    /// <summary>Asks something of the API.</summary>
    /// <returns>Null when it was done; else what was answered.</returns>
    public async Task<string?> Post(string path, object? body, CancellationToken cancel)
    {
        using HttpResponseMessage answer = body is null ? await Http.PostAsync(path, null, cancel) : await Http.PostAsJsonAsync(path, body, cancel);
        return answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}";
    }

    /// <summary>Opens a run.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> Start(string scenario, bool play, int pauseMs, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await Http.PostAsJsonAsync(
            "/api/labs/local/runs",
            new
            {
                scenario,
                play,
                pauseMs,
            },
            cancel
        );
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancel));
        return (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, cancel))!.Id;
    }

    /// <summary>Plays a lesson to its end without pauses, and resets the lab.</summary>
    public async Task<RunFile> Play(string scenario, CancellationToken cancel)
    {
        string id = await Start(scenario, play: true, pauseMs: 0, cancel);
        await Until(async c => (await Run(id, c)).Outcome != Outcome.Running, cancel);
        RunFile run = await Run(id, cancel);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Null(await Post("/api/labs/local/reset", null, cancel));
        return run;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http?.Dispose();
        _place.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until both hosts take orders.</summary>
    public Task UntilReady(CancellationToken cancel) => _process.Until(HostsAreThere, cancel);

    /// <summary>Waits until something is so.</summary>
    public Task Until(Func<CancellationToken, Task<bool>> holds, CancellationToken cancel) => _process.Until(holds, cancel);

    /// <summary>kill -9, and its end.</summary>
    public Task Kill() => _process.End(DashboardProcess.Sigkill);

    private async Task<bool> HostsAreThere(CancellationToken cancel) => (await Lab(cancel)).Hosts is { Count: > 0 } hosts && hosts.All(h => h.Connected);

    // A checkout may lie where only its owner may look.
    private string CopyForAnyone()
    {
        File.SetUnixFileMode(_place.FullName, (UnixFileMode)0b111_101_101);
        DirectoryInfo program = _place.CreateSubdirectory("program");
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            // It leads to the page's files in the builder's home, and no page is asked for.
            if (file.EndsWith(".staticwebassets.runtime.json", StringComparison.Ordinal))
                continue;
            string copy = Path.Combine(program.FullName, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return program.FullName;
    }

    private static HashSet<string> Lacking(string hosts, bool root)
    {
        HashSet<string> lacking = [];
        if (hosts == Loopback)
            lacking.UnionWith(["need.own-namespaces", "need.two-namespaces", "need.ipv6", "need.nft", "need.netem"]);
        // Agents on loopback keep no right to sockets of others.
        if (!root || hosts == Loopback)
            lacking.Add("need.users");
        if (hosts == Loopback && !root)
            lacking.Add("need.capture");
        if (!File.Exists("/usr/sbin/nft"))
            lacking.Add("need.nft");
        return lacking;
    }
}
