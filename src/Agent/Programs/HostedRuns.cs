using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>The runs that have something open here, and the calls that block. Every change is made under <see cref="Gate"/>.</summary>
/// <param name="time">How long is waited.</param>
internal sealed class HostedRuns(TimeProvider time)
{
    /// <summary>Most runs, sockets of a run, and children of a run.</summary>
    public const int MaxRuns = 16,
        MaxSockets = 64,
        MaxChildren = 8;

    private readonly Dictionary<string, HostedRun> _runs = [];
    private int _blocking;

    /// <summary>A monitor, because calls that block are waited for.</summary>
    public object Gate { get; } = new();

    public IReadOnlyList<HostedRun> All => [.. _runs.Values];

    public HostedRun? Find(string run) => _runs.GetValueOrDefault(run);

    /// <summary>The run, made where it has nothing open yet; null with why not.</summary>
    public HostedRun? Open(string run, out Message? refused)
    {
        refused = null;
        if (_runs.TryGetValue(run, out HostedRun? open))
            return open;
        if (_runs.Count >= MaxRuns)
        {
            refused = Message.Of(AgentCodes.TooManyRuns, ("most", MaxRuns));
            return null;
        }
        return _runs[run] = new HostedRun(run);
    }

    /// <summary>Forgets a run that has nothing open any more.</summary>
    public void Tidy(string run)
    {
        if (_runs.TryGetValue(run, out HostedRun? open) && open.IsEmpty)
            _runs.Remove(run);
    }

    public void Begin() => _blocking++;

    public void Ended()
    {
        lock (Gate)
        {
            _blocking--;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Until none of these calls blocks any more, at most so long.</summary>
    public void WaitFor(IReadOnlyCollection<BlockingCall> calls, TimeSpan atMost)
    {
        lock (Gate)
        {
            long started = time.GetTimestamp();
            while (
                _blocking > 0
                && _runs.Values.Any(r => r.Sockets.Values.Any(s => s?.Busy is { } busy && calls.Contains(busy)))
                && time.GetElapsedTime(started) < atMost
            )
            {
                Monitor.Wait(Gate, atMost);
            }
        }
    }
}
