using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// The open run's log: numbers events, keeps them, and lets each batch out in order. An event is stored before anyone is shown it,
/// so that a server killed with -9 loses nothing that was seen.
/// </summary>
/// <param name="header">The run.</param>
/// <param name="zero">CLOCK_MONOTONIC of the server at t = 0, in nanoseconds.</param>
/// <param name="store">Keeps a batch durably.</param>
/// <param name="show">Shows a stored batch.</param>
/// <param name="failed">Told when a batch could not be stored (it stays, and goes with the next), and with null when it works again.</param>
internal sealed class RunLog(
    RunHeader header, long zero, Func<string, IReadOnlyList<RunEvent>, Task> store, Func<string, IReadOnlyList<RunEvent>, Task> show, Action<Exception?> failed)
{
    /// <summary>Beyond this what was observed is counted and dropped; calls and what belongs to them still come in. 200,000 events of about 300 octets are 60 MB.</summary>
    public const int MaxEvents = 200_000;

    private readonly List<RunEvent> _events = [];
    private readonly List<RunEvent> _unstored = [];
    private Task _writing = Task.CompletedTask;
    private bool _queued, _faulted;
    private long _dropped, _told;

    public RunHeader Header { get; private set; } = header;

    public long Zero { get; } = zero;

    public IReadOnlyList<RunEvent> Events => _events;

    /// <summary>How many events are stored: what may be shown.</summary>
    public int Stored { get; private set; }

    public ScenarioProgress Progress => ScenarioProgress.Of(Header.Script, _events);

    /// <summary>Takes over a log that the store already has.</summary>
    public static RunLog Restore(
        RunFile run, Func<string, IReadOnlyList<RunEvent>, Task> store, Func<string, IReadOnlyList<RunEvent>, Task> show, Action<Exception?> failed)
    {
        var log = new RunLog(RunFiles.HeaderOf(run), 0, store, show, failed);
        log._events.AddRange(run.Events);
        log.Stored = run.Events.Count;
        return log;
    }

    public void ChangePause(int pauseMs) => Header = Header with { Options = Header.Options with { PauseMs = pauseMs } };

    /// <summary>Appends one event whose T is on the run's axis. It is numbered at once and stored and shown soon.</summary>
    public void Append(RunEvent e)
    {
        if (_events.Count >= MaxEvents && e is (SocketEvent or StateEvent or SegmentEvent))
        {
            // Told when it has doubled, so that telling of losses does not itself make the log grow.
            if (++_dropped >= 2 * _told)
                TellDropped(e.T);
            return;
        }
        TellRest(e.T);
        Add(e);
    }

    /// <summary>Tells of what was dropped and not told of yet: with the next event that is kept, or at the end of the run.</summary>
    public void TellRest(long t)
    {
        if (_dropped > _told)
            TellDropped(t);
    }

    /// <summary>Completes when everything appended so far is stored and on its way to the onlookers.</summary>
    public Task Flushed() => _writing;

    private void TellDropped(long t)
    {
        Add(new GapEvent { T = t, Source = EventSource.Lab, Lost = _dropped - _told, Reason = $"The run has {MaxEvents} events; sockets, states and segments after that are not kept. Press Reset and start a new run." });
        _told = _dropped;
    }

    private void Add(RunEvent e)
    {
        e = e with { Seq = _events.Count + 1 };
        _events.Add(e);
        _unstored.Add(e);
        if (!_queued)
        {
            _queued = true;
            _writing = Write(_writing);
        }
    }

    private async Task Write(Task before)
    {
        await before;
        // What was appended during the earlier write goes together.
        _queued = false;
        RunEvent[] batch = [.. _unstored];
        _unstored.Clear();
        try
        {
            await store(Header.Id, batch);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _unstored.InsertRange(0, batch);
            _faulted = true;
            failed(e);
            return;
        }
        if (_faulted)
        {
            _faulted = false;
            failed(null);
        }
        Stored += batch.Length;
        await show(Header.Id, batch);
    }
}
