using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Keeps others' connections on the watched ports from crowding out the runs' own on the way to the dashboard: of each port a sample goes on, the rest is
/// counted. What turns out to be the run's own, by the call
/// that made or accepted it, follows that call. Takes events on any thread.
/// </summary>
/// <param name="outbox">Takes what goes on.</param>
/// <param name="clock">Nanoseconds; null for CLOCK_MONOTONIC.</param>
internal sealed class ForeignSieve(Outbox outbox, Func<long>? clock = null)
{
    /// <summary>More than the dashboard keeps of a run: it alone knows what both hosts' calls made.</summary>
    public static readonly ForeignSample Sample = new(Burst: 256, PerSecond: 32, OfOne: 1_000, Most: 4_096, Forgets: true);

    /// <summary>Connections known as own, at most; beyond, the oldest is forgotten.</summary>
    public const int MostOwn = 16_384;

    /// <summary>Nanoseconds between two accounts of what was withheld.</summary>
    public const long TellEvery = 5_000_000_000;

    private readonly Func<long> _clock = clock ?? KernelClock.Monotonic;
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<SocketPair, bool> _own = [];
    private Dictionary<ushort, ForeignFlows> _ports = [];
    private long _toldAt;

    /// <summary>These ports are watched from now on. What is known of those that were before stays.</summary>
    public void Watch(ReadOnlySpan<ushort> ports)
    {
        lock (_gate)
        {
            var watched = new Dictionary<ushort, ForeignFlows>();
            foreach (ushort port in ports)
                watched[port] = _ports.TryGetValue(port, out ForeignFlows? known) ? known : new(Sample, pair => _own.ContainsKey(ForeignFlows.Flow(pair)));
            _ports = watched;
            foreach (SocketPair over in _own.Keys.Where(pair => !watched.ContainsKey(pair.Local.Port) && !watched.ContainsKey(pair.Remote.Port)).ToArray())
                _own.Remove(over);
        }
    }

    /// <summary>True where what was observed is not to go on: it is counted.</summary>
    public bool Withholds(RunEvent observed)
    {
        if (Ends(observed) is not { } pair)
            return false;
        lock (_gate)
            return (_ports.GetValueOrDefault(pair.Local.Port) ?? _ports.GetValueOrDefault(pair.Remote.Port))?.Withholds(observed, _clock()) is true;
    }

    /// <summary>Goes on, whatever it is.</summary>
    public void Pass(RunEvent observed) => outbox.Add(observed);

    /// <summary>What was observed goes on, or is withheld.</summary>
    public void Add(RunEvent observed)
    {
        if (!Withholds(observed))
            outbox.Add(observed);
    }

    /// <summary>A call of a run's was told: its connection is the run's own.</summary>
    public void Made(CallEvent call)
    {
        if (call is not { Call: "connect" or "accept4", Local: { } local } || (call.Remote ?? call.Args.Address) is not { } remote)
            return;
        lock (_gate)
        {
            if (_own.Count >= MostOwn)
                _own.RemoveAt(0);
            _own[ForeignFlows.Flow(new(local, remote))] = true;
            if ((_ports.GetValueOrDefault(local.Port) ?? _ports.GetValueOrDefault(remote.Port)) is not { } flows)
                return;
            foreach (RunEvent own in flows.Release())
                outbox.Add(own);
        }
    }

    /// <summary>Tells how much was withheld, where it is time to.</summary>
    public void Tell()
    {
        lock (_gate)
        {
            long now = _clock();
            if (now - _toldAt < TellEvery)
                return;
            foreach (ForeignFlows flows in _ports.Values)
            {
                foreach ((_, string source, int connections, long events) in flows.TakeCounts())
                {
                    outbox.Add(
                        new GapEvent
                        {
                            T = now,
                            Source = source,
                            Lost = events,
                            Reason = Message.Of(AgentCodes.Foreign, ("flows", connections), ("kept", Sample.Burst)),
                        }
                    );
                    _toldAt = now;
                }
            }
        }
    }

    private static SocketPair? Ends(RunEvent observed) =>
        observed switch
        {
            SocketEvent row => new(row.Local, row.Remote),
            StateEvent state => state.Socket,
            SegmentEvent segment => new(segment.From, segment.To),
            _ => null,
        };
}
