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

    /// <summary>What the round trips to the agent say of its clock; null while there was none.</summary>
    public ClockEstimate? Measured { get; private set; }

    /// <summary>The best that is known of the clock: nanoseconds to add to the host's CLOCK_MONOTONIC to get the server's. Exactly 0 when the two are one clock, null while not measured.</summary>
    public ClockEstimate? Clock { get; private set; }

    /// <summary>The offset by which the open run's events are placed: it stays, and what is found later is told with a ClockEvent.</summary>
    public long PlacedBy { get; private set; }

    /// <summary>What the open run's log says of the clock.</summary>
    public ClockEstimate Told { get; set; }

    /// <summary>The latest time of an event that the open run has of this host, in nanoseconds of the server's clock as they are placed.</summary>
    public long SeenUntil { get; private set; }

    public bool Connected => Connection is not null;

    /// <summary>Connected, and what it reports can be placed in time.</summary>
    public bool Ready => Connected && Clock is not null;

    /// <summary>Seats an agent. A new instance has lost its sockets and every order given to the old one.</summary>
    /// <returns>True when it does not count the clock of the one before, so that nothing is known of its clock.</returns>
    public bool Take(string connection, AgentHello hello, IAgentOrders orders)
    {
        // One process counts one clock, also where it cannot say which.
        bool otherClock = hello.Instance != Instance && Facts?.SharesClockWith(hello.Facts) is not true;
        if (hello.Instance != Instance)
        {
            Acknowledged = 0;
            Abandon();
        }
        if (otherClock)
            Measured = Clock = null;
        (Connection, Instance, Facts, Orders) = (connection, hello.Instance, hello.Facts, orders);
        return otherClock;
    }

    /// <summary>Takes a measurement of the clock, unless what it has is still better.</summary>
    public void Measure(ClockEstimate measured)
    {
        if (Measured is { } old && measured.At is { } now && measured.Uncertainty > old.Aged(now).Uncertainty)
            return;
        Measured = measured;
        if (Clock is null)
            Place(measured);
    }

    /// <summary>Settles the clock for a new run: its events are placed by what is known now.</summary>
    public void BeginRun(long now)
    {
        Place((Clock ?? default).Aged(now));
        SeenUntil = now;
    }

    /// <summary>Notes an event of the open run.</summary>
    /// <param name="at">Its time, in nanoseconds of the server's clock as it is placed.</param>
    public void Saw(long at) => SeenUntil = Math.Max(SeenUntil, at);

    /// <summary>Takes the best that is known by now. Events are placed as before.</summary>
    public void Tighten(ClockEstimate clock) => Clock = clock;

    private void Place(ClockEstimate clock) => (Clock, PlacedBy, Told) = (clock, clock.Offset, clock);

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
