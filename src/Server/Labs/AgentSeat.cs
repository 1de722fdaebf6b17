using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>One of the lab's two places for an agent: who sits there, what it holds, which orders are out.</summary>
internal sealed class AgentSeat(string name)
{
    private readonly Dictionary<long, TaskCompletionSource<AgentItem>> _orders = [];

    public string Name { get; } = name;

    public string? Connection { get; private set; }

    public string? Instance { get; private set; }

    public HostFacts? Facts { get; private set; }

    public IAgentOrders? Orders { get; private set; }

    /// <summary>The highest item number that the lab holds of <see cref="Instance"/>.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Nanoseconds to add to the host's CLOCK_MONOTONIC to get the server's; 0 when both have the same boot id.</summary>
    public long ClockOffset { get; private set; }

    /// <summary>How far <see cref="ClockOffset"/> may be off, in nanoseconds: 0 for the same boot id, null while it is not measured.</summary>
    public long? ClockUncertainty { get; private set; }

    public bool Connected => Connection is not null;

    /// <summary>Connected, and what it reports can be placed in time.</summary>
    public bool Ready => Connected && ClockUncertainty is not null;

    /// <summary>Seats an agent. A new instance has lost its sockets and every order given to the old one.</summary>
    public void Take(string connection, AgentHello hello, IAgentOrders orders)
    {
        if (hello.Instance != Instance)
        {
            Acknowledged = 0;
            Abandon();
        }
        if (hello.Facts.BootId != Facts?.BootId)
            ClockUncertainty = null;
        (Connection, Instance, Facts, Orders) = (connection, hello.Instance, hello.Facts, orders);
    }

    /// <summary>Takes a measurement of the clock, unless the one it has is better.</summary>
    public void SetClock(long offset, long uncertainty)
    {
        if (ClockUncertainty is null || uncertainty < ClockUncertainty)
            (ClockOffset, ClockUncertainty) = (offset, uncertainty);
    }

    public void Leave() => (Connection, Orders) = (null, null);

    /// <summary>Notes an order; the task ends with its Done item, or is cancelled when a new instance took the seat.</summary>
    public Task<AgentItem> Expect(long order)
    {
        var done = new TaskCompletionSource<AgentItem>();
        _orders[order] = done;
        return done.Task;
    }

    public void Forget(long order) => _orders.Remove(order);

    public void Answered(AgentItem item)
    {
        if (item.Order is { } order && _orders.Remove(order, out TaskCompletionSource<AgentItem>? done))
            done.TrySetResult(item);
    }

    private void Abandon()
    {
        foreach (TaskCompletionSource<AgentItem> done in _orders.Values)
            done.TrySetCanceled();
        _orders.Clear();
    }
}
