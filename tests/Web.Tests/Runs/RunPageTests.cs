using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Pages.Runs;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Runs;

public sealed class RunPageTests : PageTest
{
    [Fact]
    public void Nothing_counts_down_in_a_run_that_is_over_though_nobody_saw_its_TIME_WAIT_end()
    {
        RunScript script = new RunScript().Whole();
        _stored.Run = RunFiles.Make(
            script.Header,
            [
                .. script.Events,
                new EndEvent
                {
                    Seq = script.Events[^1].Seq + 1,
                    T = script.Events[^1].T,
                    Outcome = Outcome.Reset,
                },
            ]
        );
        Assert.Contains(Timeline.Fold(script.Header, script.Events).TimeWaits, w => w.GoneAt is null);
        IRenderedComponent<RunPage> page = Render<RunPage>(p => p.Add(r => r.Id, script.Header.Id));
        page.WaitForElement(".diagram");
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 500));
        page.WaitForElement(".timewait:not(.inferred)");
        Assert.Empty(page.FindAll("[data-end]"));
        Assert.Contains("timewait", page.Find(".sockets").TextContent);
    }
}
