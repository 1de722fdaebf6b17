using Bunit;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Pages;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Verdict;

public sealed class VerdictTests : PageTest
{
    [Fact]
    public void After_EADDRINUSE_the_lab_may_wait_and_bind_again_and_the_card_counts_the_attempts()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        Button(page, "Wait and bind again").Click();
        RunScript waiting = new RunScript().Whole().BindAgain(2, 6, ends: false);
        page = Show(null);
        Apply(page, Labs.Snapshot(waiting, state: Labs.State(waiting) with { Version = 2, Busy = true }));
        Assert.Matches(@"Attempt 7 …\s+TIME-WAIT [0-9.]+ s", page.Find(".verdict .waiting-on").TextContent);
        Button(page, "Stop").Click();
        Assert.Equal(["wait-and-bind", "stop-waiting"], _orders.Asked);
        Assert.DoesNotContain("Wait and bind again", Show(new RunScript { Options = new() { ListenerReuseAddr = true, RebindReuseAddr = true } }.Whole()).Find(".verdict").TextContent);
    }

    [Fact]
    public void The_wait_can_be_skipped_only_where_the_host_may_destroy_sockets()
    {
        RunScript script = new RunScript().Whole();
        LabState state = Labs.State(script);
        Assert.DoesNotContain("Skip the wait", Show(script).Find(".verdict").TextContent);
        LabState may = state with { Version = 2, Hosts = [state.Hosts[0], state.Hosts[1] with { Facts = state.Hosts[1].Facts! with { CanDestroySockets = true } }] };
        IRenderedComponent<LabPage> page = Show(null);
        Apply(page, Labs.Snapshot(script, state: may));
        Button(page, "Skip the wait").Click();
        Assert.Equal(["skip-wait"], _orders.Asked);
    }

    [Fact]
    public void The_verdict_names_the_error_its_text_and_the_socket_in_the_way()
    {
        string verdict = Show(new RunScript().Whole()).Find(".verdict").TextContent;
        Assert.Contains("EADDRINUSE", verdict);
        Assert.Contains("Address already in use", verdict);
        Assert.Contains("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 is in the way. Neither it nor the new socket has SO_REUSEADDR; on Linux both need it.", verdict);
    }

    [Fact]
    public void Before_the_rebind_the_card_says_what_the_rule_says_and_what_would_help()
    {
        string verdict = Show(new RunScript().StartListener().Connect().Close()).Find(".verdict").TextContent;
        Assert.Contains("The rule says", verdict);
        Assert.Contains("bind() will fail with EADDRINUSE", verdict);
        Assert.Contains("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 is in the way. Neither it nor the new socket has SO_REUSEADDR; on Linux both need it.", verdict);
        Assert.Contains("It would succeed if both had SO_REUSEADDR, or if both had SO_REUSEPORT and the same user, or if TIME-WAIT were over.", verdict);
    }

    [Fact]
    public void Rule_and_kernel_stand_beside_each_other_and_a_difference_is_an_alarm()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        Assert.Contains("The kernel's rule says the same.", page.Find(".verdict .rule.same").TextContent);
        Assert.Contains("Bound again now: bind() will fail with EADDRINUSE.", page.Find(".verdict .next").TextContent);
        page = Show(new RunScript().StartListener().Connect().Close(timeWait: false).Rebind(errno: "EADDRINUSE"));
        Assert.Contains("Rule and kernel differ", page.Find(".verdict.alarm .rule.differs[role=alert]").TextContent);
    }

    [Fact]
    public void The_verdict_of_a_rebind_over_TIME_WAIT_is_success()
    {
        string verdict = Show(new RunScript { Options = new() { ListenerReuseAddr = true, RebindReuseAddr = true } }.Whole()).Find(".verdict").TextContent;
        Assert.Contains("Success", verdict);
        Assert.Contains("bind() = 0", verdict);
    }
}
