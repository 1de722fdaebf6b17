using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Metrics;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Translates between an agent's connection and its lab; decides nothing but who may speak.</summary>
internal sealed class AgentHub(
    IGrainFactory grains,
    IHubContext<AgentHub, IAgentClient> agents,
    LabSetups setups,
    AgentAdmission admission,
    AgentClocks clocks,
    DashboardMetrics metrics,
    AgentRefusals refusals
) : Hub<IAgentClient>, IAgentHub
{
    private const string OrdersKey = "orders",
        LabKey = "lab",
        JoinedKey = "joined",
        RefusedKey = "refused";

    public async Task<AgentWelcome> Hello(AgentHello hello)
    {
        if (hello is null)
            throw new HubException("An agent announces its host.");
        if (admission.Refusal(Context.GetHttpContext(), hello.Facts?.Name) is { } refusal)
            return Refuse(new(refusal, 0, []));
        var orders = new AgentOrders(agents.Clients.Client(Context.ConnectionId));
        // Orleans holds observers weakly: the connection keeps this one alive.
        Context.Items[OrdersKey] = orders;
        Context.Items[LabKey] = setups.First.Id;
        AgentWelcome welcome = await Lab(setups.First.Id).AgentJoined(Context.ConnectionId, hello, grains.CreateObjectReference<IAgentOrders>(orders));
        if (welcome.Refused is not null)
            return Refuse(welcome);
        // Its end may have been told before it joined.
        if (Context.ConnectionAborted.IsCancellationRequested)
        {
            await Lab(setups.First.Id).AgentLeft(Context.ConnectionId);
            return welcome;
        }

        if (Context.Items.TryAdd(JoinedKey, true))
            metrics.AgentCame();
        if (!LocalClock.IsOf(hello.Facts!))
            clocks.Follow(setups.First.Id, Context.ConnectionId, Context.ConnectionAborted);
        return welcome;
    }

    public async Task<long> Report(AgentReport report)
    {
        if (Context.Items[LabKey] is not string lab)
        {
            Context.Abort();
            throw new HubException("Say Hello first.");
        }
        long held = report is null ? -1 : await Lab(lab).Report(Context.ConnectionId, report);
        if (held >= 0)
            return held;
        refusals.Report(Context.ConnectionId);
        throw new HubException("This report is not one of an agent that joined, or holds more than a report may.");
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.ContainsKey(JoinedKey))
            metrics.AgentWent();
        return Context.Items[LabKey] is string lab ? Lab(lab).AgentLeft(Context.ConnectionId) : Task.CompletedTask;
    }

    // An agent that is refused hears why and leaves; who asks again on the same connection is none.
    private AgentWelcome Refuse(AgentWelcome refused)
    {
        refusals.Agent(refused.Refused!);
        if (!Context.Items.TryAdd(RefusedKey, true))
            Context.Abort();
        return refused;
    }

    private ILabGrain Lab(string id) => grains.GetGrain<ILabGrain>(id);

    private sealed class AgentOrders(IAgentClient agent) : IAgentOrders
    {
        public Task Give(AgentOrder order) => agent.CarryOut(order);
    }
}
