using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>An order that is out.</summary>
internal sealed class PendingOrder(long id, AgentSeat seat, Action<AgentItem?> then)
{
    public long Id => id;

    public AgentSeat Seat => seat;

    public Action<AgentItem?>? Then { get; set; } = then;

    public LabTimer? Limit { get; set; }
}

/// <summary>The orders that the agents were given and have not ended yet.</summary>
internal sealed class LabOrders(Lab lab)
{
    private readonly Dictionary<long, PendingOrder> _pending = [];
    private long _last;

    /// <summary>Gives one order.</summary>
    /// <param name="seat">Whose agent; one that is not connected, or is ending, answers at once with nothing.</param>
    /// <param name="order">What.</param>
    /// <param name="limit">How long its end is waited for.</param>
    /// <param name="then">Told of the end; of null when none came in time, the agent is ending, or was replaced by a new instance.</param>
    public PendingOrder Give(AgentSeat seat, AgentOrder order, TimeSpan limit, Action<AgentItem?> then)
    {
        var pending = new PendingOrder(++_last, seat, then);
        if (seat.Ending || seat.Connection is not { } connection)
        {
            lab.Soon(() => End(pending, null));
            return pending;
        }
        _pending[pending.Id] = pending;
        pending.Limit = lab.After(
            limit,
            () =>
            {
                lab.Log(LogLevel.Warning, Message.Of("log.order-unanswered", ("host", seat.Name), ("order", pending.Id)));
                End(pending, null);
            }
        );
        lab.Emit(new GiveOrder(connection, order with { Id = pending.Id }));
        return pending;
    }

    /// <summary>Its end is waited for no more.</summary>
    public void Forget(PendingOrder pending)
    {
        pending.Then = null;
        End(pending, null);
    }

    public void Answered(AgentSeat seat, AgentItem item)
    {
        if (item.OrderId is { } id && _pending.TryGetValue(id, out PendingOrder? pending) && pending.Seat == seat)
            End(pending, item);
    }

    /// <summary>An agent that ends, and a new instance of it, carry out nothing of what was ordered before.</summary>
    public void Abandon(AgentSeat seat)
    {
        foreach (PendingOrder pending in _pending.Values.Where(p => p.Seat == seat).ToArray())
            End(pending, null);
    }

    private void End(PendingOrder pending, AgentItem? item)
    {
        _pending.Remove(pending.Id);
        pending.Limit?.Cancel();
        Action<AgentItem?>? then = pending.Then;
        pending.Then = null;
        then?.Invoke(item);
    }
}
