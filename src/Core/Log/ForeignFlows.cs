using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>How many connections of others are kept.</summary>
/// <param name="Burst">So many at once.</param>
/// <param name="PerSecond">So many more in each second.</param>
/// <param name="OfOne">Events of one that are kept; its end is kept in any case.</param>
/// <param name="Most">So many are known as kept.</param>
/// <param name="Forgets">True where the oldest makes room for the next then; false where no more are kept.</param>
public sealed record ForeignSample(int Burst, int PerSecond, int OfOne, int Most, bool Forgets);

/// <summary>
/// Connections on a run's ports that are none of its own, a busy service's or a port scan's: a sample of them is kept, the rest is counted. Which connection is
/// the run's own is known only once its call has
/// returned, so what is withheld waits for that a while. Not thread safe.
/// </summary>
/// <param name="sample">How many are kept.</param>
/// <param name="isOwn">Whether a connection is the run's own, seen from either end.</param>
public sealed class ForeignFlows(ForeignSample sample, Func<SocketPair, bool> isOwn)
{
    /// <summary>
    /// Events that wait for their connection to turn out to be the run's, and how long: longer than a call takes from its first segment to its report.
    /// </summary>
    public const int Waiting = 16_384;

    private const long Second = 1_000_000_000,
        Wait = 5 * Second;

    private readonly OrderedDictionary<SocketPair, int> _kept = [];
    private readonly Queue<(long At, SocketPair Pair, RunEvent Event)> _withheld = new();
    private readonly Dictionary<(string Host, string Source), (HashSet<SocketPair> Flows, long Events)> _counted = [];
    private double _budget = sample.Burst;
    private long _filled;

    /// <summary>True where the event is of a connection that is not the run's and not in the sample: then it is counted, and not to be kept.</summary>
    /// <param name="e">What an agent observed, or anything else.</param>
    /// <param name="now">Nanoseconds of a clock that does not go back.</param>
    public bool Withholds(RunEvent e, long now)
    {
        if (PairOf(e) is not { } pair || pair.Remote.Port == 0 || isOwn(pair))
            return false;
        SocketPair flow = Flow(pair);
        if (_kept.TryGetValue(flow, out int events))
        {
            _kept[flow] = events + 1;
            if (events < sample.OfOne || e is SocketEvent { To: null } or StateEvent { To: null })
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
    public IReadOnlyList<RunEvent> Release()
    {
        if (_withheld.Count == 0 || !_withheld.Any(w => isOwn(w.Pair)))
            return [];
        var released = new List<RunEvent>();
        for (int i = _withheld.Count; i > 0; i--)
        {
            var one = _withheld.Dequeue();
            if (!isOwn(one.Pair))
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
            flows.RemoveWhere(f => isOwn(f));
        return released;
    }

    /// <summary>What was counted since it was asked last: by host and source, connections and events.</summary>
    public IReadOnlyList<(string Host, string Source, int Flows, long Events)> TakeCounts()
    {
        if (_counted.Count == 0)
            return [];
        (string, string, int, long)[] counts =
        [
            .. _counted.Where(c => c.Value.Events > 0).Select(c => (c.Key.Host, c.Key.Source, c.Value.Flows.Count, c.Value.Events)),
        ];
        _counted.Clear();
        return counts;
    }

    private bool MayKeep(long now)
    {
        _budget = Math.Min(sample.Burst, _budget + (_filled == 0 ? 0 : (now - _filled) / (double)Second * sample.PerSecond));
        _filled = now;
        if (_budget < 1)
            return false;
        if (_kept.Count >= sample.Most)
        {
            if (!sample.Forgets)
                return false;
            _kept.RemoveAt(0);
        }
        _budget--;
        return true;
    }

    private static SocketPair? PairOf(RunEvent e) =>
        e switch
        {
            SocketEvent row => new(row.Local, row.Remote),
            StateEvent state => state.Socket,
            SegmentEvent segment => new(segment.From, segment.To),
            _ => null,
        };

    /// <summary>A connection whichever end sees it.</summary>
    public static SocketPair Flow(SocketPair pair)
    {
        TcpEndpoint local = pair.Local.Unmapped(),
            remote = pair.Remote.Unmapped();
        return (local.Port, local.Bits).CompareTo((remote.Port, remote.Bits)) <= 0 ? new(local, remote) : new(remote, local);
    }
}
