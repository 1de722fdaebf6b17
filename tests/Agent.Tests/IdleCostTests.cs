using System.Globalization;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests;

public sealed class IdleCostTests
{
    private const double ClockTicks = 100;

    [Fact]
    public async Task Watching_costs_about_one_percent_of_a_core()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        IAgentClient agent = await dashboard.Agent();
        await agent.Watch(new WatchOrder(1, "r", [Ports.Free()]));
        await dashboard.Ledger.Until(1);
        int pid = dashboard.Ledger.Hellos.Single().Facts.Pid;

        // Real time is what is measured here: the cost of a few seconds, after the runtime has settled.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(3));
        await timer.WaitForNextTickAsync();
        double before = Cpu(pid);
        long start = TimeProvider.System.GetTimestamp();
        await timer.WaitForNextTickAsync();
        await timer.WaitForNextTickAsync();
        double share = (Cpu(pid) - before) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        // The aim is 1 %; the counter has steps of 10 ms (0.2 % here), and the kernel's own bookkeeping is in it.
        Assert.InRange(share, 0, 0.015);
    }

    // utime and stime of /proc/PID/stat, in seconds.
    private static double Cpu(int pid)
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (int.Parse(fields[11], CultureInfo.InvariantCulture) + int.Parse(fields[12], CultureInfo.InvariantCulture)) / ClockTicks;
    }
}
