using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Link;

/// <summary>What takes the orders that come over the link, and hears of the link's state. Nothing here blocks.</summary>
internal interface IOrders
{
    /// <summary>Takes an order; its end comes in the outbox.</summary>
    void Begin(AgentOrder order);

    /// <summary>The server says which runs are open: everything of others is closed.</summary>
    void KeepOnly(IReadOnlyList<string> runs);

    /// <summary>Closes everything without an order.</summary>
    void CloseAll(Message why);
}
