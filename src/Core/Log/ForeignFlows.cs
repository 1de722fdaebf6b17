using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// Connections on a run's ports that are none of its own, a busy service's or a port scan's: a sample of them is kept, the rest is counted. Which connection is the run's own is known only once its call has
/// returned, so what is withheld waits for that a while.
/// </summary>
internal sealed class ForeignFlows
{
    /// <summary>So many are kept at once, and so many more in each second: what a lesson makes by itself, and what a person can look at.</summary>
    public const int Burst = 64, PerSecond = 8;

    /// <summary>Most that are kept in one run, however long it is open.</summary>
    public const int Most = 4096;

    /// <summary>Events of one connection that are kept; its end is kept in any case.</summary>
    public const int OfOne = 100;

    /// <summary>Events that wait for their connection to turn out to be the run's, and how long: longer than a call takes from its first segment to its report.</summary>
    public const int Waiting = 16_384;

    private static readonly long Wait = TimeSpan.FromSeconds(5).Nanoseconds(), Second = TimeSpan.FromSeconds(1).Nanoseconds();

    private readonly Dictionary<SocketPair, int> _kept = [];
    private readonly Queue<(long At, SocketPair Pair, RunEvent Event)> _withheld = new();
    private readonly Dictionary<(string Host, string Source), (HashSet<SocketPair> Flows, long Events)> _counted = [];
    private double _budget = Burst;
    private long _filled;

    /// <summary>The code of what the lab says of those that it did not keep.</summary>
    public const string Code = "gap.foreign";

    /// <summary>True where the event is of a connection that is not the run's and not in the sample: then it is counted, and not to be kept.</summary>
    /// <param name="e">What an agent observed, or anything else.</param>
    /// <param name="own">The run's own connections.</param>
    /// <param name="now">Nanoseconds of the lab's clock.</param>
    public bool Withholds(RunEvent e, RunSockets own, long now)
    {
        if (PairOf(e) is not { } pair || pair.Remote.Port == 0 || own.IsOwn(pair.Local, pair.Remote))
            return false;
        SocketPair flow = Flow(pair);
        if (_kept.TryGetValue(flow, out int events))
        {
            _kept[flow] = events + 1;
            if (events < OfOne || e is SocketEvent { To: null } or StateEvent { To: null })
                return false;
        }
        else if (MayKeep(now))
        {
            _kept[flow] = 1;
            return false;
        }
        while (_withheld.Count >= Waiting || _withheld.TryPeek(out var oldest) && now - oldest.At > Wait)
            _withheld.Dequeue();
        _withheld.Enqueue((now, flow, e));
        (string, string) of = (e.Host ?? "", e.Source);
        (HashSet<SocketPair> flows, long count) = _counted.TryGetValue(of, out var counted) ? counted : ([], 0);
        flows.Add(flow);
        _counted[of] = (flows, count + 1);
        return true;
    }

    /// <summary>What was withheld and has turned out to be of the run's own connections.</summary>
    public IReadOnlyList<RunEvent> Release(RunSockets own)
    {
        if (_withheld.Count == 0 || !_withheld.Any(w => own.IsOwn(w.Pair.Local, w.Pair.Remote)))
            return [];
        var released = new List<RunEvent>();
        for (int i = _withheld.Count; i > 0; i--)
        {
            var one = _withheld.Dequeue();
            if (!own.IsOwn(one.Pair.Local, one.Pair.Remote))
            {
                _withheld.Enqueue(one);
                continue;
            }
            released.Add(one.Event);
            (string, string) of = (one.Event.Host ?? "", one.Event.Source);
            if (_counted.TryGetValue(of, out var counted) && counted.Flows.Contains(one.Pair))
                _counted[of] = (counted.Flows, Math.Max(0, counted.Events - 1));
        }
        foreach ((HashSet<SocketPair> flows, _) in _counted.Values)
            flows.RemoveWhere(f => own.IsOwn(f.Local, f.Remote));
        return released;
    }

    /// <summary>What was counted since it was asked last: by host and source, connections and events.</summary>
    public IReadOnlyList<(string Host, string Source, int Flows, long Events)> TakeCounts()
    {
        (string, string, int, long)[] counts = [.. _counted.Where(c => c.Value.Events > 0).Select(c => (c.Key.Host, c.Key.Source, c.Value.Flows.Count, c.Value.Events))];
        _counted.Clear();
        return counts;
    }

    private bool MayKeep(long now)
    {
        _budget = Math.Min(Burst, _budget + (_filled == 0 ? 0 : (now - _filled) / (double)Second * PerSecond));
        _filled = now;
        if (_budget < 1 || _kept.Count >= Most)
            return false;
        _budget--;
        return true;
    }

    private static SocketPair? PairOf(RunEvent e) => e switch
    {
        SocketEvent row => new(row.Local, row.Remote),
        StateEvent state => state.Socket,
        SegmentEvent segment => new(segment.From, segment.To),
        _ => null,
    };

    // Both ends see one connection.
    private static SocketPair Flow(SocketPair pair)
    {
        TcpEndpoint local = pair.Local.Unmapped(), remote = pair.Remote.Unmapped();
        return string.CompareOrdinal(local.ToString(), remote.ToString()) <= 0 ? new(local, remote) : new(remote, local);
    }
}
