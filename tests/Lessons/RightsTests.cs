using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>What each process of the dashboard may still do, as the kernel says of every thread, and that the lab works so.</summary>
public sealed class RightsTests
{
    private const int CapNetBindService = 10,
        DacOverride = 1,
        DacReadSearch = 2;

    /// <summary>SYS_ADMIN, NET_ADMIN, NET_RAW, NET_BIND_SERVICE, SETPCAP, CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, PERFMON, BPF.</summary>
    private const ulong ForHosts = 0xc0_0020_3507;

    /// <summary>NET_ADMIN, NET_BIND_SERVICE, CHOWN.</summary>
    private const ulong ForAgents = 0x1401;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ulong Files => ProcessRights.Bit(DacOverride) | ProcessRights.Bit(DacReadSearch);

    [Fact(Timeout = 300_000)]
    public async Task Started_by_root_no_process_keeps_what_it_does_not_need_and_the_lab_works()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        var dashboard = new LessonDashboard();
        await dashboard.InitializeAsync();
        await using IAsyncDisposable end = dashboard;
        await WorksWithoutRights(dashboard);

        // What was given away is not needed to bring back what was killed.
        foreach (string killed in (string[])["server", "keeper"])
        {
            int[] before = [.. (await dashboard.Lab(Cancel)).Hosts.Select(h => h.Facts!.Pid)];
            Assert.True(DashboardProcess.Signal(ProcessRights.Of(dashboard.Id).Single(p => p.Role == killed).Id, DashboardProcess.Sigkill));
            await dashboard.Until(
                async cancel =>
                    (await dashboard.Lab(cancel)).Hosts is var hosts
                    && hosts.All(h => h.Connected)
                    && hosts.Any(h => !before.Contains(h.Facts!.Pid))
                    && (killed == "server" || hosts.All(h => !before.Contains(h.Facts!.Pid))),
                Cancel
            );
            await WorksWithoutRights(dashboard);
        }

        // Only the starter could; nobody takes its place, and that is said.
        Assert.True(DashboardProcess.Signal(ProcessRights.Of(dashboard.Id).Single(p => p.Role == "starter").Id, DashboardProcess.Sigkill));
        await dashboard.Until(async cancel => (await dashboard.Lab(cancel)).ModeReason?.Code == "hosts.no-starter", Cancel);
    }

    [Fact(Timeout = 120_000)]
    public async Task Started_by_anybody_else_it_has_none_and_starts_its_hosts_itself()
    {
        var dashboard = new OrdinaryUserDashboard();
        await dashboard.InitializeAsync();
        await using IAsyncDisposable end = dashboard;
        IReadOnlyList<ProcessRights> processes = ProcessRights.Of(dashboard.Id);
        Assert.Equal(["dashboard", "keeper", "client", "server"], processes.Select(p => p.Role).Order(Comparer<string>.Create((a, b) => Place(a) - Place(b))));
        Assert.Equal(0ul, processes[0].Threads().Usable);
        await dashboard.Play("with-reuseaddr", Cancel);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Root_keeps_the_right_to_a_low_port_and_to_files_of_others_only_where_it_is_needed(bool lowPort, bool othersFiles)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        DirectoryInfo data = Directory.CreateTempSubdirectory("reuseaddr-rights-");
        if (othersFiles)
            await Tool("chown", "65534", data.FullName);
        var dashboard = new DashboardProcess(lowPort ? 847 : null);
        try
        {
            using var http = new HttpClient();
            await dashboard.Start(
                ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "ReuseAddrDashboard.Server.dll"), "--data", data.FullName, "--hosts", "none"],
                "/",
                async cancel => (await http.GetAsync(dashboard.Url + "/readyz", cancel)).IsSuccessStatusCode,
                Cancel
            );
            ulong kept = (lowPort ? ProcessRights.Bit(CapNetBindService) : 0) | (othersFiles ? Files : 0);
            Assert.Equal((kept, kept, true), Assert.Single(ProcessRights.Of(dashboard.Id)).Threads());
        }
        finally
        {
            await dashboard.DisposeAsync();
            data.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_has_the_port_is_still_seen_by_root()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        DirectoryInfo data = Directory.CreateTempSubdirectory("reuseaddr-rights-");
        await using var dashboard = new DashboardProcess(((IPEndPoint)listener.LocalEndpoint).Port);
        string[] command = ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "ReuseAddrDashboard.Server.dll"), "--data", data.FullName];
        InvalidOperationException ended = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            dashboard.Start(command, "/", _ => Task.FromResult(false), Cancel)
        );
        data.Delete(recursive: true);
        Assert.Contains($"(process {Environment.ProcessId})", ended.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dashboard_and_keeper_killed_with_9_leave_none_of_the_runtimes_files(bool ordinary)
    {
        LessonDashboard dashboard = ordinary ? new OrdinaryUserDashboard() : new LessonDashboard();
        await dashboard.InitializeAsync();
        await using IAsyncDisposable end = dashboard;
        IReadOnlyList<ProcessRights> processes = ProcessRights.Of(dashboard.Id);
        Assert.True(DashboardProcess.Signal(processes.Single(p => p.Role == "keeper").Id, DashboardProcess.Sigkill));
        await dashboard.Kill();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (processes.Any(p => Directory.Exists($"/proc/{p.Id}")))
            await tick.WaitForNextTickAsync(Cancel);
        string[] left =
        [
            .. Directory
                .EnumerateFiles(Path.GetTempPath())
                .Select(f => Path.GetFileName(f)!)
                .Where(f => processes.Any(p => f.Contains($"-{p.Id}-", StringComparison.Ordinal))),
        ];
        Assert.Empty(left);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_run_whose_listener_died_with_its_agent_is_interrupted()
    {
        var dashboard = new LessonDashboard();
        await dashboard.InitializeAsync();
        await using IAsyncDisposable end = dashboard;
        string id = await dashboard.Start("with-reuseaddr", play: true, pauseMs: 500, Cancel);
        await dashboard.Until(
            async cancel => (await dashboard.Run(id, cancel)).Events.OfType<CallEvent>().Any(c => c is { Call: "listen", Succeeded: true }),
            Cancel
        );
        Assert.True(DashboardProcess.Signal((await dashboard.Lab(Cancel)).Hosts.Single(h => h.Name == "server").Facts!.Pid, DashboardProcess.Sigkill));
        await dashboard.Until(async cancel => (await dashboard.Run(id, cancel)).Outcome != Outcome.Running, Cancel);
        Assert.Equal(Outcome.Interrupted, (await dashboard.Run(id, Cancel)).Outcome);
    }

    private static async Task WorksWithoutRights(LessonDashboard dashboard)
    {
        IReadOnlyList<ProcessRights> processes = ProcessRights.Of(dashboard.Id);
        Assert.Equal(
            ["dashboard", "starter", "keeper", "client", "server"],
            processes.Select(p => p.Role).Order(Comparer<string>.Create((a, b) => Place(a) - Place(b)))
        );
        foreach (ProcessRights process in processes)
        {
            ulong keeps = process.Role switch
            {
                "dashboard" => 0,
                "starter" or "keeper" => ForHosts,
                _ => ForAgents,
            };
            Assert.Equal((process.Role, (keeps, keeps, true)), (process.Role, process.Threads()));
        }
        LabState lab = await dashboard.Lab(Cancel);
        Assert.All(lab.Hosts, h => Assert.All(h.Facts!.Sources, s => Assert.True(s.Available, s.Name)));
        RunFile run = await dashboard.Play("with-reuseaddr", Cancel);
        Assert.Contains(run.Events, e => e is StateEvent { Source: EvidenceSource.Trace });
        Assert.Contains(run.Events, e => e is SegmentEvent { Source: EvidenceSource.Capture });
    }

    private static int Place(string role) => Array.IndexOf(["dashboard", "starter", "keeper", "client", "server"], role);

    private static async Task Tool(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
    }
}
