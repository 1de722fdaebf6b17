using Bunit;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Verdict;

public sealed class VerdictTests : PageTest
{
    [Fact]
    public void After_EADDRINUSE_the_lab_may_wait_and_bind_again_and_the_card_counts_the_attempts()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        Button(page, "Wait and try again").Click();
        RunScript waiting = new RunScript().Whole().BindAgain(2, 6, ends: false);
        page = Show(null);
        Apply(page, Labs.Snapshot(waiting, state: Labs.State(waiting, 2, repeating: true)));
        Assert.Matches(@"Attempt 7…\s+TIME-WAIT [0-9.]+ s", page.Find(".verdict .waiting-on").TextContent);
        Button(page, "Stop").Click();
        Assert.Equal([new RepeatStep(waiting.Header.Id), new StopRepeating(waiting.Header.Id)], _orders.Asked);
        Assert.DoesNotContain(
            "Wait and try again",
            Show(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole()).Find(".verdict").TextContent
        );
    }

    [Fact]
    public void The_wait_can_be_skipped_only_where_the_host_may_destroy_sockets()
    {
        RunScript script = new RunScript().Whole();
        LabState state = Labs.State(script);
        Assert.DoesNotContain("Skip the wait", Show(script).Find(".verdict").TextContent);
        LabState may = state with
        {
            Version = 2,
            Hosts = [state.Hosts[0], state.Hosts[1] with { Facts = state.Hosts[1].Facts! with { CanDestroySockets = true } }],
        };
        IRenderedComponent<LabPage> page = Show(null);
        Apply(page, Labs.Snapshot(script, state: may));
        Button(page, "Skip the wait").Click();
        Assert.Equal([new SkipWait(script.Header.Id)], _orders.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_wait_can_be_skipped_while_the_lab_waits_for_TIME_WAIT_and_not_in_the_midst_of_something_else(bool waits)
    {
        RunScript script = new RunScript().Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.TimeWait, timer: 60);
        if (waits)
        {
            script.Add(
                new NoteEvent
                {
                    Host = "server",
                    Message = Message.Of(NoteCodes.WaitingForPort, ("host", "server"), ("port", 11111), ("limit", 70_000_000_000)),
                },
                0
            );
        }

        LabState state = Labs.State(script, busy: true);
        state = state with { Hosts = [state.Hosts[0], state.Hosts[1] with { Facts = state.Hosts[1].Facts! with { CanDestroySockets = true } }] };
        IRenderedComponent<LabPage> page = Show(null);
        Apply(page, Labs.Snapshot(script, state: state with { Version = 2 }));
        Assert.Equal(waits, page.Find(".verdict").TextContent.Contains("Skip the wait", StringComparison.Ordinal));
    }

    [Fact]
    public void The_verdict_names_the_error_its_text_and_the_socket_in_the_way()
    {
        string verdict = Show(new RunScript().Whole()).Find(".verdict").TextContent;
        Assert.Contains("EADDRINUSE", verdict);
        Assert.Contains("Address already in use", verdict);
        Assert.Contains("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 blocked this bind().", verdict);
        Assert.Contains("Neither socket has SO_REUSEADDR; Linux requires it on both.", verdict);
        Assert.DoesNotContain("is in the way", verdict);
    }

    [Fact]
    public void Before_the_rebind_the_card_says_what_the_rule_says_and_what_would_help()
    {
        string verdict = Show(new RunScript().StartListener().Connect().Close()).Find(".verdict").TextContent;
        Assert.Contains("Prediction (kernel rule)", verdict);
        Assert.Contains("bind() will fail with EADDRINUSE", verdict);
        Assert.Contains("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 is in the way.", verdict);
        Assert.Contains("What would help:", verdict);
        Assert.Contains("Wait until TIME-WAIT ends", verdict);
    }

    [Fact]
    public void Rule_and_kernel_stand_beside_each_other_and_a_difference_is_an_alarm()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        Assert.Contains("Matches the kernel's rule.", page.Find(".verdict .rule.same").TextContent);
        Assert.Contains("If you run “Rebind” now: bind() will fail with EADDRINUSE.", page.Find(".verdict .next").TextContent);
        RunScript other = new RunScript().StartListener().Connect().Close(timeWait: false).Rebind(errno: "EADDRINUSE");
        _store.Apply(Labs.State(null, 2));
        page = Show(other, Labs.State(other, 3));
        Assert.Contains("According to the kernel's rule, bind() should have succeeded.", page.Find(".verdict.alarm .rule.differs[role=alert]").TextContent);
    }

    [Fact]
    public void The_verdict_of_a_rebind_over_TIME_WAIT_is_success()
    {
        string verdict = Show(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole()).Find(".verdict").TextContent;
        Assert.Contains("Success", verdict);
        Assert.Contains("bind() = 0", verdict);
    }
}
