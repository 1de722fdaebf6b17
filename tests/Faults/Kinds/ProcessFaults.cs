using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Faults.Kinds;

/// <summary>Processes are killed, end, or stand still.</summary>
internal sealed class ProcessFaults(Dashboard dashboard, Random random, CancellationToken cancel)
{
    public IReadOnlyList<FaultKind> All =>
        [
            new("kill -9 of the client's agent", () => Kill("client", DashboardProcess.Sigkill)),
            new("kill -9 of the server's agent", () => Kill("server", DashboardProcess.Sigkill)),
            new("kill -15 of an agent", () => Kill(One(), DashboardProcess.Sigterm)),
            new("kill -9 of both agents", async () => await Kill("client", DashboardProcess.Sigkill) & await Kill("server", DashboardProcess.Sigkill)),
            new("kill -9 of the process that has the hosts", () => Kill(Dashboard.Keeper, DashboardProcess.Sigkill)),
            new("kill -9 of the dashboard", () => Restart(DashboardProcess.Sigkill)),
            new(
                "kill -9 of the dashboard and of the process that has the hosts",
                async () =>
                {
                    bool killed = await Kill(Dashboard.Keeper, DashboardProcess.Sigkill);
                    return await Restart(DashboardProcess.Sigkill) && killed;
                }
            ),
            new("the dashboard ends and is started again", () => Restart(DashboardProcess.Sigterm)),
            new("an agent stands still", () => Freeze(dashboard.Agent(One()))),
            new("the dashboard stands still", () => Freeze(dashboard.Id)),
            new(
                "an agent's link is cut",
                () => Task.FromResult(dashboard.AgentLinks() is { Count: > 0 } links && Kernel.Cut(dashboard.Id, links[random.Next(links.Count)]))
            ),
            new("both agents' links are cut", () => Task.FromResult(dashboard.AgentLinks().Count(link => Kernel.Cut(dashboard.Id, link)) > 1)),
        ];

    private string One() => random.Next(2) == 0 ? "client" : "server";

    private Task<bool> Kill(string role, int signal) =>
        Task.FromResult(dashboard.Hosts().Where(h => h.Role == role).Count(h => DashboardProcess.Signal(h.Id, signal)) > 0);

    private async Task<bool> Restart(int signal)
    {
        await dashboard.End(signal);
        await dashboard.Start(cancel);
        return true;
    }

    private async Task<bool> Freeze(int process)
    {
        if (process == 0 || !DashboardProcess.Signal(process, DashboardProcess.Sigstop))
            return false;
        await Task.Delay(random.Next(200, 4000), cancel);
        return DashboardProcess.Signal(process, DashboardProcess.Sigcont);
    }
}
