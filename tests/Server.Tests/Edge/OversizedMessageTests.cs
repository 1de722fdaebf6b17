using Microsoft.AspNetCore.SignalR.Client;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed class OversizedMessageTests
{
    [Fact]
    public async Task A_browser_that_sends_more_than_a_message_may_hold_loses_its_connection_and_nobody_else_does()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using HubConnection flood = dashboard.LabConnection();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        flood.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await flood.StartAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            flood.InvokeAsync(nameof(ILabHub.Join), new string('x', HubLimits.LabMessage * 2), null, null, TestContext.Current.CancellationToken)
        );
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        await using HubConnection other = dashboard.LabConnection();
        await other.StartAsync(TestContext.Current.CancellationToken);
        await other.InvokeAsync(nameof(ILabHub.Join), TestHosts.Lab, null, null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Calls_before_Join_and_for_a_lab_that_is_not_there_are_refused()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using HubConnection hub = dashboard.LabConnection();
        await hub.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            LabRefusals.NotJoined,
            (await hub.InvokeAsync<LabReply>(nameof(ILabHub.Ask), (LabCommand)new ResetRun(), TestContext.Current.CancellationToken)).Refusal?.Code
        );
        Assert.Equal(
            LabRefusals.NoSuchLab,
            (await hub.InvokeAsync<Message?>(nameof(ILabHub.Join), "garage", null, null, TestContext.Current.CancellationToken))?.Code
        );
    }
}
