using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// A run's log as the lab keeps it: numbers events and lets each batch out in order. While the store works, an event is stored before anyone is shown it, so
/// that a server killed with -9 loses
/// nothing that was seen.
/// </summary>
internal sealed class RunLog
{
    /// <summary>Of what was observed so much is kept; the rest is counted and dropped. 200,000 events of about 300 octets are 60 MB.</summary>
    public const int MaxEvents = 200_000;

    /// <summary>
    /// Of an agent's calls, programs and changes, and of its notes and gaps, so many are kept: a scenario makes a thousand calls at most, a repeated step as
    /// many again.
    /// </summary>
    public const int MaxDone = 10_000,
        MaxSaid = 2_000;

    private readonly List<RunEvent> _events = [];
    private int _underWay,
        _observed,
        _done,
        _said;
    private long _dropped,
        _told;

    public IReadOnlyList<RunEvent> Events => _events;

    /// <summary>How many events are stored.</summary>
    public int Stored { get; private set; }

    /// <summary>How many events were shown.</summary>
    public int Shown { get; private set; }

    public bool AllStored => Stored == _events.Count;

    /// <summary>Takes over a log that the store already has.</summary>
    public static RunLog Restore(IReadOnlyList<RunEvent> stored)
    {
        var log = new RunLog { Stored = stored.Count, Shown = stored.Count };
        log._events.AddRange(stored);
        stored.ToList().ForEach(e => log.Count(e));
        return log;
    }

    /// <summary>Appends one event whose T is on the run's axis.</summary>
    /// <returns>What was appended: the event with its number, before it what was to be told of losses; nothing where it was dropped.</returns>
    public IEnumerable<RunEvent> Append(RunEvent e)
    {
        if (!IsLabs(e) && IsFull(e))
        {
            // Told when it has doubled, so that telling of losses does not itself make the log grow.
            return ++_dropped >= 2 * _told ? [TellDropped(e.T)] : [];
        }
        Count(e);
        return [.. TellRest(e.T), Add(e)];
    }

    // What the lab says of others' connections has the source whose events it counted.
    private static bool IsLabs(RunEvent e) => e.Source == EvidenceSource.Lab || e is GapEvent { Reason.Code: LabRun.ForeignGap };

    private bool IsFull(RunEvent e) =>
        e switch
        {
            SocketEvent or StateEvent or SegmentEvent => _observed >= MaxEvents,
            NoteEvent or GapEvent => _said >= MaxSaid,
            _ => _done >= MaxDone,
        };

    private void Count(RunEvent e)
    {
        if (IsLabs(e))
            return;
        _ = e switch
        {
            SocketEvent or StateEvent or SegmentEvent => _observed++,
            NoteEvent or GapEvent => _said++,
            _ => _done++,
        };
    }

    /// <summary>Tells of what was dropped and not told of yet: with the next event that is kept, or at the end of the run.</summary>
    public IEnumerable<RunEvent> TellRest(long t) => _dropped > _told ? [TellDropped(t)] : [];

    /// <summary>What is to be stored next; null while a batch is under way or there is nothing.</summary>
    public IReadOnlyList<RunEvent>? TakeBatch()
    {
        if (_underWay > 0 || AllStored)
            return null;
        // What was appended while the one before was under way goes together.
        _underWay = _events.Count - Stored;
        return _events.GetRange(Stored, _underWay);
    }

    /// <summary>The batch is stored.</summary>
    public void BatchStored()
    {
        Stored += _underWay;
        _underWay = 0;
    }

    /// <summary>The batch is not stored: it goes with the next.</summary>
    public void BatchFailed() => _underWay = 0;

    /// <summary>Nothing of it is stored any more: all of it is to be stored again.</summary>
    public void Unstore() => (Stored, _underWay) = (0, 0);

    /// <summary>What is to be shown next.</summary>
    /// <param name="unstored">Also what is not stored yet.</param>
    public IReadOnlyList<RunEvent> TakeNews(bool unstored)
    {
        int until = unstored ? _events.Count : Stored;
        if (until <= Shown)
            return [];
        List<RunEvent> news = _events.GetRange(Shown, until - Shown);
        Shown = until;
        return news;
    }

    private GapEvent TellDropped(long t)
    {
        long lost = _dropped - _told;
        _told = _dropped;
        return (GapEvent)Add(
            new GapEvent
            {
                T = t,
                Source = EvidenceSource.Lab,
                Lost = lost,
                Reason = Message.Of("gap.run-full", ("events", MaxEvents), ("calls", MaxDone), ("notes", MaxSaid)),
            }
        );
    }

    private RunEvent Add(RunEvent e)
    {
        e = e with { Seq = _events.Count + 1 };
        _events.Add(e);
        return e;
    }
}
