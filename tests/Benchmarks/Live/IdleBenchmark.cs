using System.Diagnostics;
using ReuseAddrDashboard.Benchmarks.Report;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>What the agents cost while a run is open, its TIME-WAIT runs down, and nobody does anything.</summary>
internal static class IdleBenchmark
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(8),
        Window = TimeSpan.FromSeconds(40);

    public static async Task<int> Run()
    {
        Table table = new("hosts", "process", "% of a core", "one reading of the tables, us");
        foreach (string hosts in (string[])["namespaces", "loopback"])
        {
            string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName;
            try
            {
                await using PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data, "--hosts", hosts);
                await server.HostsJoined();
                await Measure(server, hosts, table);
            }
            finally
            {
                Directory.Delete(data, recursive: true);
            }
        }
        table.Print();
        Console.WriteLine($"\nOver {Window.TotalSeconds:0} s, from {Settle.TotalSeconds:0} s after the close on, all of it in TIME-WAIT.");
        return 0;
    }

    private static async Task Measure(PublishedServer server, string hosts, Table table)
    {
        string run = (await server.OpenRun(12_000 + Environment.ProcessId % 150 * 100 + 99)).Id;
        foreach (string step in (string[])["start-listener", "connect", "close"])
            await server.Step(run, step);
        await Task.Delay(Settle, TimeProvider.System);
        IReadOnlyList<ProcessCpu> agents = ProcessCpu.Agents(server.Pid);
        if (agents.Count < 2)
            throw new InvalidOperationException("The agents' processes were not found.");
        ProcessCpu dashboard = new(server.Pid, "server of the dashboard");
        double[] before = [.. agents.Append(dashboard).Select(p => p.Seconds())];
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(Window, TimeProvider.System);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] used = [.. agents.Append(dashboard).Select((p, i) => p.Seconds() - before[i])];
        for (int i = 0; i < agents.Count; i++)
            table.Add(hosts, $"agent, {agents[i].Name}", used[i] / seconds * 100, agents[i].Name == "local-hosts" ? double.NaN : agents[i].ReadingCost());
        table.Add(hosts, dashboard.Name, used[^1] / seconds * 100, double.NaN);
    }
}
