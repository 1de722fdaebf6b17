namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What is to happen at a time, unless it is cancelled.</summary>
internal sealed class LabTimer(Action fire)
{
    private Action? _fire = fire;

    public void Cancel() => _fire = null;

    public void Fire()
    {
        Action? due = _fire;
        _fire = null;
        due?.Invoke();
    }

    public bool IsCancelled => _fire is null;
}

/// <summary>Everything that a lab waits for the time of; times in nanoseconds of the lab's clock.</summary>
internal sealed class LabTimers
{
    private readonly PriorityQueue<LabTimer, (long At, long Number)> _queue = new();
    private long _number;

    /// <summary>When the next fires; null for none.</summary>
    public long? Next
    {
        get
        {
            while (_queue.TryPeek(out LabTimer? timer, out (long At, long) due))
            {
                if (!timer.IsCancelled)
                    return due.At;
                _queue.Dequeue();
            }
            return null;
        }
    }

    public LabTimer At(long at, Action fire)
    {
        var timer = new LabTimer(fire);
        _queue.Enqueue(timer, (at, ++_number));
        return timer;
    }

    /// <summary>Fires all whose time has come, in the order of their times.</summary>
    public void Fire(long now)
    {
        while (Next is { } at && at <= now)
            _queue.Dequeue().Fire();
    }
}
