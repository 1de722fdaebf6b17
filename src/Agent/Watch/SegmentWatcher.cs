using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Captures the segments of the watched ports: on a thread of its own as they come, and at once on the caller's when told. Where the agent may not capture it
/// is closed
/// and does nothing.
/// </summary>
internal sealed class SegmentWatcher : IPortWatcher
{
    /// <summary>Batches taken in one go at most: a flood must not hold up an order for ever.</summary>
    private const int MaxBatches = 64;

    /// <summary>Milliseconds after which the wall clock and the drop counter are looked at though nothing came.</summary>
    private const int Idle = 1_000;

    /// <summary>Nanoseconds that a packet may be under way between its stamp and the socket's queue.</summary>
    private const long Under = 10_000_000;

    private readonly Lock _gate = new();
    private readonly EventFd _wake = new();
    private readonly ForeignSieve _sieve;
    private readonly SegmentTeller _teller;
    private readonly PacketSocket? _socket;
    private readonly StampClock _clock = new(ClockSample.Measure());
    private readonly Thread? _thread;
    private readonly bool _loopbackOnce;
    private long _emptyAt;
    private volatile bool _watching,
        _stopping;

    /// <param name="sieve">Takes the events.</param>
    /// <param name="rows">The option --rows: only segments that one of these addresses sent or received.</param>
    public SegmentWatcher(ForeignSieve sieve, RowsOption? rows)
        : this(sieve, rows, PacketSocket.Open(out KernelRefusal? refusal), refusal) { }

    /// <param name="sieve">Takes the events.</param>
    /// <param name="rows">The option --rows: only segments that one of these addresses sent or received.</param>
    /// <param name="socket">From now on this one's to end; null where the agent may not capture.</param>
    /// <param name="refusal">Why not.</param>
    public SegmentWatcher(ForeignSieve sieve, RowsOption? rows, PacketSocket? socket, KernelRefusal? refusal)
    {
        _sieve = sieve;
        _teller = new SegmentTeller(sieve.Pass, rows, sieve.Withholds);
        // Two agents on one loopback: the sender's tells of the frame as it leaves, the receiver's of the frame as it arrives.
        _loopbackOnce = rows is null;
        _socket = socket;
        Refusal = refusal;
        if (_socket is null)
            return;
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "capture" };
        _thread.Start();
    }

    /// <summary>True where segments are captured.</summary>
    public bool IsOpen => _socket is not null;

    /// <summary>Why it is not open; null when it is.</summary>
    public KernelRefusal? Refusal { get; }

    /// <inheritdoc/>
    public void Watch(RowFilter filter) => Watch(filter.Ports.ToArray());

    /// <inheritdoc/>
    /// <remarks>Its own thread takes what comes; this is for the order of the log: segments first, then the states they lead to.</remarks>
    public void Look(bool ordered) => Drain();

    /// <summary>Watches these ports instead of any before; at most <see cref="Core.Wire.WatchOrder.MaxPorts"/>.</summary>
    public void Watch(params ushort[] ports)
    {
        if (_socket is null)
            return;
        lock (_gate)
        {
            if (_stopping)
                return;
            if (_socket.Watch(ports, _loopbackOnce) is { } refusal)
            {
                _sieve.Pass(
                    new GapEvent
                    {
                        T = KernelClock.Monotonic(),
                        Source = EvidenceSource.Capture,
                        Lost = 1,
                        Reason = Message.Of(
                            "gap.capture-refused",
                            ("call", refusal.Call),
                            ("error", Errno.Text(refusal.Errno)),
                            ("errno", Errno.Name(refusal.Errno))
                        ),
                    }
                );
            }

            _teller.Watch(ports);
            _watching = ports.Length > 0;
        }
        _wake.Set();
    }

    /// <summary>Takes what was captured; it has gone on when this returns.</summary>
    public void Drain() => TakePackets();

    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _wake.Set();
        _thread?.Join();
        lock (_gate)
            _socket?.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        bool failed = false;
        while (!_stopping)
        {
            if (PollWait.Wait(failed ? -1 : _socket!.Number, _wake, _watching || failed ? Idle : int.MaxValue / 2) == PollResult.Cancelled)
                _wake.Clear();
            failed = !TakePackets();
        }
    }

    private bool TakePackets()
    {
        lock (_gate)
        {
            if (_socket is null || _stopping)
                return true;
            bool ok = true;
            for (int batch = 0; batch < MaxBatches; batch++)
            {
                long asked = KernelClock.Monotonic();
                int count = _socket.Receive(out int errno);
                ok = errno == 0;
                // After the packets were taken, so that a step of the wall clock before any of them is known.
                Compare(ClockSample.Measure());
                for (int i = 0; i < count; i++)
                {
                    CapturedPacket packet = _socket.Packet(i);
                    _teller.Follow(packet, packet.Stamp == 0 ? KernelClock.Monotonic() : _clock.Monotonic(packet.Stamp, _emptyAt));
                }
                if (count < PacketSocket.Batch)
                {
                    _emptyAt = asked - Under;
                    break;
                }
            }
            _teller.EndRound(_socket.TakeDrops(), KernelClock.Monotonic());
            return ok;
        }
    }

    private void Compare(ClockSample sample)
    {
        if (_clock.Offer(sample) is not { } step || !_watching)
            return;
        string seconds = (step / 1e9).ToString("+0.000000;-0.000000", CultureInfo.InvariantCulture);
        _sieve.Pass(
            new NoteEvent
            {
                T = sample.At,
                Source = EvidenceSource.Capture,
                Message = Message.Of(NoteCodes.WallClockStep, ("seconds", seconds)),
                Level = NoteLevel.Warning,
            }
        );
    }
}
