using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Something that the lab does over several inputs, as a small state machine: what it waits for is an order's end, a time, another activity, or what the run's
/// log says next. Each of these calls
/// a method that was named beforehand; nothing blocks and nothing else keeps the state.
/// </summary>
/// <param name="lab">The lab that does it.</param>
internal abstract class Activity(Lab lab)
{
    private readonly List<PendingOrder> _orders = [];
    private readonly List<LabTimer> _timers = [];
    private Activity? _child;
    private Action? _then;

    protected Lab Lab { get; } = lab;

    public bool Ended { get; private set; }

    /// <summary>Begins it.</summary>
    /// <param name="then">Told of its end, not of its being cancelled.</param>
    public void Begin(Action then)
    {
        _then = then;
        Begin();
    }

    /// <summary>The log of a run went on.</summary>
    public void Moved()
    {
        _child?.Moved();
        if (!Ended)
            OnMoved();
    }

    /// <summary>Ends it where it is: what it waits for is waited for no more. What an agent was told, it goes on with.</summary>
    public void Cancel()
    {
        if (Ended)
            return;
        _child?.Cancel();
        Stop();
        OnCancelled();
    }

    /// <summary>Ends it before its next action; what is under way goes on to its end.</summary>
    public virtual void Pause() => _child?.Pause();

    protected abstract void Begin();

    protected virtual void OnMoved() { }

    protected virtual void OnCancelled() { }

    protected void End()
    {
        if (Ended)
            return;
        Stop();
        _then?.Invoke();
    }

    /// <summary>Begins a part of this; one at a time.</summary>
    protected void Do(Activity part, Action then)
    {
        _child = part;
        part.Begin(() =>
        {
            _child = null;
            then();
        });
    }

    protected PendingOrder Give(AgentSeat seat, AgentOrder order, TimeSpan limit, Action<AgentItem?> then)
    {
        PendingOrder given = Lab.Orders.Give(seat, order, limit, then);
        Keep(given);
        return given;
    }

    /// <summary>Gives an order and says for what.</summary>
    protected void Give(LabRun run, OrderContext context, AgentSeat seat, AgentOrder order, TimeSpan limit, Action<AgentItem?> then)
    {
        PendingOrder? given = null;
        given = Lab.Orders.Give(
            seat,
            order with
            {
                Run = run.Id,
            },
            limit,
            item =>
            {
                // What a call that was left waiting returns comes later, and so does what one returns that nobody waited for long enough.
                if (item is null ? !seat.Connected : context.Waits is null || item.Refused is not null)
                    run.Orders.Remove(given!.Id);
                then(item);
            }
        );
        run.Orders[given.Id] = context;
        Keep(given);
    }

    /// <summary>Gives the same order to several agents side by side.</summary>
    /// <param name="seats">Whose.</param>
    /// <param name="order">What.</param>
    /// <param name="limit">How long each is waited for.</param>
    /// <param name="then">Told of the seats whose agents did not answer, once all have answered or been waited for.</param>
    protected void GiveEach(IReadOnlyList<AgentSeat> seats, Func<AgentSeat, AgentOrder> order, TimeSpan limit, Action<IReadOnlyList<AgentSeat>> then)
    {
        var silent = new List<AgentSeat>();
        int left = seats.Count;
        if (left == 0)
            Lab.Soon(() => Unless(() => then(silent)));
        foreach (AgentSeat seat in seats)
        {
            Give(
                seat,
                order(seat),
                limit,
                item =>
                {
                    if (item is null)
                        silent.Add(seat);
                    if (--left == 0)
                        then(silent);
                }
            );
        }
    }

    protected void After(TimeSpan wait, Action then) => _timers.Add(Lab.After(wait, () => Unless(then)));

    private void Unless(Action then)
    {
        if (!Ended)
            then();
    }

    private void Keep(PendingOrder order)
    {
        _orders.RemoveAll(o => o.Then is null);
        _orders.Add(order);
    }

    private void Stop()
    {
        Ended = true;
        foreach (PendingOrder order in _orders)
            Lab.Orders.Forget(order);
        foreach (LabTimer timer in _timers)
            timer.Cancel();
        _orders.Clear();
        _timers.Clear();
    }
}
