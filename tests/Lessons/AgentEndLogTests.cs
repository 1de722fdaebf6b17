using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>That an agent ends is no failure of the dashboard, and neither is its own end.</summary>
public sealed class AgentEndLogTests
{
    [Fact]
    public async Task However_agents_and_the_dashboard_end_no_error_is_logged()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var dashboard = new Talkative();
        await dashboard.InitializeAsync();
        try
        {
            foreach (int signal in (int[])[DashboardProcess.Sigkill, DashboardProcess.Sigterm])
            {
                LabHost host = (await dashboard.Lab(cancel)).Hosts[0];
                Assert.True(DashboardProcess.Signal(host.Facts!.Pid, signal));
                await dashboard.Until(
                    async c => (await dashboard.Lab(c)).Hosts[0] is { Connected: true, Facts: { } facts } && facts.Pid != host.Facts.Pid,
                    cancel
                );
            }
        }
        finally
        {
            await dashboard.DisposeAsync();
        }
        string own = string.Join('\n', dashboard.Log.Split('\n').Where(line => !line.Contains(" DBG ", StringComparison.Ordinal)));
        Assert.DoesNotContain(" ERR ", own, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", own, StringComparison.Ordinal);
    }

    // What the agents say is logged at Debug, and tells why a host did not come back.
    private sealed class Talkative() : LessonDashboard("--Serilog:MinimumLevel:Override:ReuseAddrDashboard", "Debug");
}
