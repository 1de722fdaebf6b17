using System.Diagnostics;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>A dashboard in this process with two real agents, each in a network namespace of its own, joined by veth. Needs root.</summary>
internal sealed class RealLab : IAsyncDisposable
{
    /// <summary>
    /// Of this process alone, below those that the kernel gives: other tests of this machine may run at the same time, and tracefs sees them all.
    /// </summary>
    public static readonly int Port = 20_000 + Environment.ProcessId % 10_000;

    private readonly List<Process> _agents = [];
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _said = new();

    private RealLab(TestDashboard dashboard, HostNamespace client, HostNamespace server) => (Dashboard, Client, Server) = (dashboard, client, server);

    public TestDashboard Dashboard { get; }

    public HostNamespace Client { get; }

    public HostNamespace Server { get; }

    /// <summary>The programs that were started as agents: client, server.</summary>
    public IReadOnlyList<Process> Agents => _agents;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="before">A program and its arguments to start the agent of that name with, such as unshare; null for none.</param>
    /// <param name="scenarios">Where its lessons are; null for those of the program.</param>
    /// <param name="whole">True for hosts as the dashboard makes them: with second and IPv6 addresses, and namespaces of their own that lessons may
    /// change.</param>
    public static async Task<RealLab> Start(Func<string, string[]>? before = null, string? scenarios = null, bool whole = false)
    {
        HostNamespace client = new(),
            server = new();
        client.Run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", server.Pid);
        foreach (
            (HostNamespace host, LocalHostAddresses addresses) in new[]
            {
                (client, LocalHostsContract.InNamespaces[0]),
                (server, LocalHostsContract.InNamespaces[1]),
            }
        )
        {
            host.Run("ip", "address", "add", $"{addresses.Address}/{LocalHostsContract.PrefixLength}", "dev", "eth0");
            if (whole)
            {
                host.Run("ip", "address", "add", $"{addresses.Second}/{LocalHostsContract.PrefixLength}", "dev", "eth0");
                host.Run("ip", "address", "add", $"{addresses.V6}/{LocalHostsContract.V6PrefixLength}", "dev", "eth0", "nodad");
            }
            host.Run("ip", "link", "set", "eth0", "up");
        }
        var lab = new RealLab(await TestDashboard.Start(scenarios: scenarios, mode: whole ? HostsMode.Namespaces : HostsMode.Remote), client, server);
        AgentProgram agent =
            AgentProgram.Find(AppContext.BaseDirectory, out Core.Texts.Message? problem) ?? throw new InvalidOperationException(problem?.ToString());
        foreach (
            (HostNamespace host, string name, string address) in new[]
            {
                (client, TestHosts.Client, LocalHostsContract.InNamespaces[0].Address),
                (server, TestHosts.Server, LocalHostsContract.InNamespaces[1].Address),
            }
        )
        {
            Process process = host.Start([
                .. before?.Invoke(name) ?? [],
                .. agent.Command,
                "--dashboard",
                lab.Dashboard.AgentAddress,
                "--name",
                name,
                "--address",
                address,
                "--interface",
                "eth0",
                .. whole ? ["--own-namespace", host.Inode] : Array.Empty<string>(),
            ]);
            process.OutputDataReceived += (_, line) => lab.Said(name, line.Data);
            process.ErrorDataReceived += (_, line) => lab.Said(name, line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            lab._agents.Add(process);
        }
        await lab.UntilState(s => s.Hosts.All(h => h.Connected));
        return lab;
    }

    /// <summary>Waits until the lab is in such a state.</summary>
    public async Task<LabState> UntilState(Func<LabState, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        LabState? state = null;
        try
        {
            while (await tick.WaitForNextTickAsync(limit.Token))
            {
                state = (await Dashboard.Http.GetFromJsonAsync("/api/labs", WireJson.Default.IReadOnlyListLabState, Cancel))![0];
                if (wanted(state))
                    return state;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(
                $"The lab did not come to be so. Its hosts: {string.Join(", ", state?.Hosts.Select(h => $"{h.Name} {(h.Facts is null ? "never joined" : h.Connected ? "connected" : "not connected")}") ?? [])}. What the agents said:\n{string.Join('\n', _said)}"
            );
        }
        throw new TimeoutException();
    }

    private void Said(string name, string? line)
    {
        if (line is not null)
            _said.Enqueue($"{name}: {line}");
    }

    /// <summary>Opens a run.</summary>
    public Task<string> Open(string scenario = "without-reuseaddr", int pauseMs = 0) =>
        Dashboard.StartRun(
            new
            {
                scenario,
                ports = new { main = Port },
                pauseMs,
            }
        );

    /// <summary>Makes all calls of a step.</summary>
    public async Task Step(string run, string step)
    {
        using HttpResponseMessage answer = await Dashboard.Post($"/api/runs/{run}/steps/{step}");
        Assert.True(answer.IsSuccessStatusCode, $"{step}: {await answer.Content.ReadAsStringAsync(Cancel)}");
    }

    /// <summary>Waits until the run's log is so.</summary>
    /// <param name="run">The run.</param>
    /// <param name="wanted">How.</param>
    /// <param name="every">Milliseconds between two looks at the log: more for a long one.</param>
    public async Task<RunFile> Until(string run, Func<RunFile, bool> wanted, int every = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(every));
        RunFile? file = null;
        try
        {
            while (await tick.WaitForNextTickAsync(limit.Token))
            {
                file = await Dashboard.Run(run);
                if (wanted(file))
                    return file;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not come. What came:\n{string.Join('\n', file?.Events.Select(e => e.ToString()) ?? [])}");
        }
        throw new TimeoutException();
    }

    /// <summary>What was lost of a run, without what the kernel passed over: that may have been of any socket of the machine.</summary>
    public static IEnumerable<GapEvent> Losses(RunFile run) => run.Events.OfType<GapEvent>().Where(g => g.Reason.Code != "gap.trace-passed-over");

    /// <summary>What a viewer folds the run's log with.</summary>
    public static RunHeader Header(RunFile run) => RunFiles.HeaderOf(run);

    public async Task Reset()
    {
        using HttpResponseMessage answer = await Dashboard.Post("/api/labs/local/reset");
        Assert.True(answer.IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process agent in _agents)
        {
            if (!agent.HasExited)
                agent.Kill(entireProcessTree: true);
            await agent.WaitForExitAsync(CancellationToken.None);
            agent.Dispose();
        }
        await Dashboard.DisposeAsync();
        Client.Dispose();
        Server.Dispose();
    }
}
