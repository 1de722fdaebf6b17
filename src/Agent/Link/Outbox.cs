using System.Threading.Channels;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Link;

/// <summary>
/// What is to be told to the server: bounded, in order, kept until acknowledged. An item gets its number when it is first sent, so that numbers have no hole
/// whatever had to be dropped before; what was sent once stays as it was, because the server may hold it already.
/// </summary>
/// <param name="maxItems">Most items that wait.</param>
/// <param name="maxOctets">Most octets that wait, as JSON, by estimate.</param>
internal sealed class Outbox(int maxItems = 16_384, long maxOctets = 16 * 1024 * 1024)
{
    /// <summary>Octets of one report at most: three quarters of what the hub takes.</summary>
    public const int MaxReportOctets = HubLimits.AgentMessage * 3 / 4;

    private readonly record struct Waiting(RunEvent? Event, Cause Cause, bool Done, Message? Refused, HostCheck? Check, MatrixPart? Matrix, int Octets);

    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ManualResetEventSlim _empty = new(true);
    private readonly List<AgentItem> _sent = [];
    private Queue<Waiting> _waiting = new();
    private long _octets,
        _next = 1;

    /// <summary>An event that the agent saw by itself.</summary>
    public void Add(RunEvent happened) => Add(happened, default);

    /// <summary>An event, and what it came of.</summary>
    public void Add(RunEvent happened, Cause cause) => Add(new Waiting(happened, cause, false, null, null, null, Estimate(happened, null)));

    /// <summary>The end of an order.</summary>
    public void End(long order, Message? refused = null, HostCheck? check = null) =>
        Add(new Waiting(null, new(null, order), true, refused, check, null, Estimate(null, refused) + (check is null ? 0 : 4000 + 400 * check.Holders.Count)));

    /// <summary>A part of what an order was to find out.</summary>
    public void Add(MatrixPart part, Cause cause) =>
        Add(new Waiting(null, cause, false, null, null, part, 400 + (part.Host is null ? 0 : 4000) + 400 * part.Results.Count));

    /// <summary>The next report: what was sent before and not acknowledged, else what waits; empty when there is nothing.</summary>
    public IReadOnlyList<AgentItem> NextReport()
    {
        lock (_gate)
        {
            if (_sent.Count == 0)
            {
                for (int octets = 0; _sent.Count < AgentReport.MaxItems && _waiting.TryPeek(out Waiting item); _waiting.Dequeue())
                {
                    octets += item.Octets;
                    if (_sent.Count > 0 && octets > MaxReportOctets)
                        break;
                    _octets -= item.Octets;
                    _sent.Add(new AgentItem(_next++, item.Event, item.Cause.Order, item.Done, item.Refused, item.Check, item.Cause.Run, item.Matrix));
                }
            }
            return [.. _sent];
        }
    }

    /// <summary>The server holds everything up to this number.</summary>
    public void Acknowledge(long number)
    {
        lock (_gate)
        {
            _sent.RemoveAll(item => item.Number <= number);
            if (_sent.Count == 0 && _waiting.Count == 0)
                _empty.Set();
        }
    }

    /// <summary>Waits until everything was acknowledged; false when the time is over first.</summary>
    public bool WaitEmpty(TimeSpan limit) => _empty.Wait(limit);

    /// <summary>Until something waits.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count > 0 || _sent.Count > 0)
                    return;
                // Under the lock: whoever adds after this signals after this.
                _signal.Reader.TryRead(out _);
            }
            await _signal.Reader.WaitToReadAsync(cancel);
        }
    }

    private void Add(Waiting item)
    {
        lock (_gate)
        {
            _waiting.Enqueue(item);
            _empty.Reset();
            _octets += item.Octets;
            if (_waiting.Count > maxItems || _octets > maxOctets)
                MakeRoom();
            _signal.Writer.TryWrite(true);
        }
    }

    // Frees an eighth at once, so that a long silence costs little for each event. What goes first: readings that say no news, then other socket
    // states, segments and cells of the matrix, then calls; the ends of orders stay as long as anything else is there.
    private void MakeRoom()
    {
        int targetItems = maxItems - maxItems / 8;
        long targetOctets = maxOctets - maxOctets / 8;
        long lost = 0;
        for (int rank = 0; rank < 4 && (_waiting.Count - 1 > targetItems || _octets > targetOctets); rank++)
        {
            var kept = new Queue<Waiting>(_waiting.Count);
            int left = _waiting.Count;
            foreach (Waiting item in _waiting)
            {
                if (item.Event is GapEvent { Reason.Code: AgentCodes.OutboxDropped, Lost: var before })
                {
                    // One gap tells of all that was dropped since the last report.
                    lost += before;
                    left--;
                    _octets -= item.Octets;
                }
                else if (Rank(item) <= rank && (left > targetItems || _octets > targetOctets))
                {
                    lost++;
                    left--;
                    _octets -= item.Octets;
                }
                else
                {
                    kept.Enqueue(item);
                }
            }
            _waiting = kept;
        }
        var told = new GapEvent
        {
            T = KernelClock.Monotonic(),
            Source = EvidenceSource.Agent,
            Lost = lost,
            Reason = new Message(AgentCodes.OutboxDropped),
        };
        var first = new Waiting(told, default, false, null, null, null, Estimate(told, null));
        _octets += first.Octets;
        _waiting = new Queue<Waiting>(_waiting.Prepend(first));
    }

    private static int Rank(Waiting item) =>
        item switch
        {
            { Event: SocketEvent { From: { } from, To: { } to } } when from == to => 0,
            { Event: StateEvent { From: { } from, To: { } to } } when from == to => 0,
            { Event: SocketEvent or StateEvent or SegmentEvent } => 1,
            { Matrix: { Host: null } } => 1,
            { Done: false } => 2,
            _ => 3,
        };

    // JSON writes a quote as six characters, octets as base64.
    private static int Estimate(RunEvent? happened, Message? refused) =>
        160
        + Estimate(refused)
        + happened switch
        {
            SocketEvent socket => 400 + (socket.Raw?.Length ?? 0),
            CallEvent call => 900 + (call.Args.Octets?.Length ?? 0) * 3 / 2 + Estimate(call.Remark),
            ProgramEvent program => 400 + 24 * program.Sockets.Count,
            EnvironmentEvent environment => 500 + 6 * ((environment.Value?.Length ?? 0) + (environment.Before?.Length ?? 0)) + Estimate(environment.Reason),
            GapEvent gap => 200 + Estimate(gap.Reason),
            NoteEvent note => 200 + Estimate(note.Message),
            SegmentEvent segment => 500 + (segment.Sack?.Count ?? 0) * 48 + (segment.Frame?.Octets.Length ?? 0) * 3 / 2,
            _ => 400,
        };

    private static int Estimate(Message? message) =>
        message is null ? 0 : 40 + message.Code.Length + message.Args.Sum(a => 8 + a.Key.Length + 6 * a.Value.Length);
}
