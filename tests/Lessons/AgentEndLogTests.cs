using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>That an agent ends is no failure of the dashboard, and neither is its own end.</summary>
public sealed class AgentEndLogTests
{
    [Fact]
    public async Task However_agents_and_the_dashboard_end_no_error_is_logged()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(120));
        var dashboard = new LessonDashboard();
        await dashboard.InitializeAsync();
        try
        {
            foreach (int signal in (int[])[DashboardProcess.Sigkill, DashboardProcess.Sigterm])
            {
                LabHost host = (await dashboard.Lab(limit.Token)).Hosts[0];
                Assert.True(DashboardProcess.Signal(host.Facts!.Pid, signal));
                using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
                while ((await dashboard.Lab(limit.Token)).Hosts[0] is not { Connected: true, Facts: { } facts } || facts.Pid == host.Facts.Pid)
                    await tick.WaitForNextTickAsync(limit.Token);
            }
        }
        finally
        {
            await dashboard.DisposeAsync();
        }
        Assert.DoesNotContain(" ERR ", dashboard.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", dashboard.Log, StringComparison.Ordinal);
    }
}
