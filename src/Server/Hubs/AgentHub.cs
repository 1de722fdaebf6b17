using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Translates between an agent's connection and its lab; decides nothing but who may speak.</summary>
internal sealed class AgentHub(IGrainFactory grains, IHubContext<AgentHub, IAgentClient> agents, AgentAdmission admission, AgentClocks clocks, ILogger<AgentHub> logger)
    : Hub<IAgentClient>, IAgentHub
{
    private const string OrdersKey = "orders", LabKey = "lab";

    public async Task<AgentWelcome> Hello(AgentHello hello)
    {
        if (admission.Refusal(Context.GetHttpContext()) is { } refusal)
            return new(refusal, 0, null);
        var orders = new AgentOrders(agents.Clients.Client(Context.ConnectionId));
        // Orleans holds observers weakly: the connection keeps this one alive.
        Context.Items[OrdersKey] = orders;
        Context.Items[LabKey] = HubRoutes.LocalLab;
        AgentWelcome welcome = await Lab(HubRoutes.LocalLab).AgentJoined(Context.ConnectionId, hello, grains.CreateObjectReference<IAgentOrders>(orders));
        if (welcome.Refused is { } why)
            AgentHubLog.Refused(logger, hello.Facts?.Name ?? "?", why);
        else if (!LocalClock.IsOf(hello.Facts))
            clocks.Follow(HubRoutes.LocalLab, Context.ConnectionId, Context.ConnectionAborted);
        return welcome;
    }

    public async Task<long> Report(AgentReport report)
    {
        if (Context.Items[LabKey] is not string lab)
            throw new HubException("Say Hello first.");
        long held = await Lab(lab).Report(Context.ConnectionId, report);
        if (held >= 0)
            return held;
        AgentHubLog.ReportRefused(logger, Context.ConnectionId);
        throw new HubException("This report is not one of an agent that joined, or holds more than a report may.");
    }

    public override Task OnDisconnectedAsync(Exception? exception) =>
        Context.Items[LabKey] is string lab ? Lab(lab).AgentLeft(Context.ConnectionId) : Task.CompletedTask;

    private ILabGrain Lab(string id) => grains.GetGrain<ILabGrain>(id);

    private sealed class AgentOrders(IAgentClient agent) : IAgentOrders
    {
        public Task Call(SocketCommand command) => agent.Call(command);

        public Task Watch(WatchOrder order) => agent.Watch(order);

        public Task Look(long id) => agent.Look(id);

        public Task CloseAll(long id) => agent.CloseAll(id);

        public Task Check(CheckOrder order) => agent.Check(order);

        public Task Destroy(DestroyOrder order) => agent.Destroy(order);
    }
}

internal static partial class AgentHubLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "An agent for {Name} was not taken: {Why}")]
    public static partial void Refused(ILogger logger, string name, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A report of the agent on connection {Connection} was refused: it had not joined, or the report holds more than one may")]
    public static partial void ReportRefused(ILogger logger, string connection);
}
