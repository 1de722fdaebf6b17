using System.Threading.Channels;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Metrics;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>
/// One browser that looks on. It is sent what it lacks, piece by piece, as fast as it reads: nothing is queued for it but the numbers of what it has, and
/// nobody else waits for it.
/// </summary>
/// <param name="browser">Its connection.</param>
/// <param name="mirror">What the lab has shown.</param>
/// <param name="fresh">Gets the lab's state anew: one that waited too long says a wrong now.</param>
/// <param name="has">How many events of each run it has already.</param>
/// <param name="metrics">Told how late events come.</param>
/// <param name="time">The clock for that.</param>
internal sealed class Viewer(
    ILabClient browser,
    LabMirror mirror,
    Func<Task<LabState>> fresh,
    IReadOnlyDictionary<string, long> has,
    DashboardMetrics metrics,
    TimeProvider time
)
{
    /// <summary>
    /// Events in one message: about 30 kB, so that a browser reads one between two frames, a state comes between two pieces of a long log, and a slow line
    /// takes each well within SignalR's time limit for a message.
    /// </summary>
    public const int Piece = 100;

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, long> _has = new(has);
    private readonly DateTimeOffset _came = time.GetUtcNow();
    private LabState? _sent;
    private long _state,
        _scenarios,
        _behind;

    /// <summary>Events that it has yet to be sent, as of the last look.</summary>
    public long Behind => Volatile.Read(ref _behind);

    /// <summary>Something is new.</summary>
    public void Wake() => _news.Writer.TryWrite(true);

    /// <summary>Sends until the connection has ended.</summary>
    public async Task Run(CancellationToken gone)
    {
        try
        {
            await SendState(await fresh());
            while (!gone.IsCancellationRequested)
            {
                while (!gone.IsCancellationRequested && await SendNext()) { }
                await _news.Reader.ReadAsync(gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // It left.
        }
    }

    private async Task<bool> SendNext()
    {
        if (mirror.Scenarios is var (number, list) && number != _scenarios)
        {
            _scenarios = number;
            await browser.Scenarios(list);
        }
        Volatile.Write(ref _behind, mirror.Behind(_has));
        // Events first: what follows from them in the lab's state can wait for their marks. A state comes after each piece.
        RunBatch? next = mirror.Next(_has, Piece);
        if (next is not null)
        {
            _has[next.Run] = next.Events[^1].Seq;
            await browser.Events(next);
            Measure(next);
        }
        if (mirror.State is var (version, state) && version != _state)
        {
            _state = version;
            await SendState(state);
        }
        return next is not null;
    }

    // What happened before it came is late by no fault of anyone's.
    private void Measure(RunBatch sent)
    {
        if (mirror.Began(sent.Run) is not { } began)
            return;
        DateTimeOffset now = time.GetUtcNow();
        foreach (RunEvent e in sent.Events)
        {
            DateTimeOffset happened = began.AddTicks(e.T / TimeSpan.NanosecondsPerTick);
            if (e.Host is not null && happened >= _came)
                metrics.Delivered(now - happened);
        }
    }

    private async Task SendState(LabState state)
    {
        foreach (string over in _has.Keys.Where(r => state.FindRun(r) is null && mirror.Count(r) == 0).ToArray())
            _has.Remove(over);
        // A log that is shorter than what it has is another one.
        foreach (string other in _has.Keys.Where(r => mirror.Count(r) is > 0 and var count && count < _has[r]).ToArray())
            _has[other] = 0;
        LabState? before = _sent;
        // The lab was asked for its state when this one was on its way.
        if (before is not null && before.Server == state.Server && before.Version > state.Version)
            return;
        _sent = state;
        if (before is not null && LabNow.Between(before, state) is { } now)
            await browser.Now(now);
        else
            await browser.Lab(state);
    }
}
