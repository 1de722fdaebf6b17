using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>
/// Goes once through a capture file: finds its connections and follows each. The same file gives the same connections with the same numbers every time, so that
/// one can be read again for its segments. Memory is bounded by
/// <see cref="CaptureLimits"/>, whatever the file has in it.
/// </summary>
internal sealed class CaptureScan
{
    private readonly Dictionary<FlowKey, FileFlow> _open = [];
    private readonly CopyFilter _copies = new();
    private readonly long[] _kinds = new long[Enum.GetValues<PacketKind>().Length];
    private readonly SortedSet<int> _unknownLinks = [];
    private readonly CaptureReader _reader;
    private readonly CancellationToken _cancel;
    private readonly int? _keep;

    /// <param name="file">From its begin; the caller closes it.</param>
    /// <param name="keep">The connection whose segments are kept; null for none.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public CaptureScan(Stream file, int? keep, CancellationToken cancel)
    {
        (_reader, _keep, _cancel) = (new(file), keep, cancel);
        while (_reader.TryNext(out CapturedPacket packet))
            Take(packet);
    }

    public CaptureFormat Format => _reader.Format;

    public CaptureFault? Fault => _reader.Fault;

    public long Octets => _reader.Offset;

    public long Dropped => _reader.Dropped;

    public FileClock Clock { get; } = new();

    /// <summary>In the order of their first segments.</summary>
    public List<FileFlow> Flows { get; } = [];

    public long Packets { get; private set; }

    public long Copies { get; private set; }

    /// <summary>Segments of connections that there was no room for.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Link types that are not read, the first few.</summary>
    public IReadOnlyCollection<int> UnknownLinks => _unknownLinks;

    /// <summary>The segments of the connection that is kept.</summary>
    public KeptSegments? Kept { get; private set; }

    public long Count(PacketKind kind) => _kinds[(int)kind];

    private void Take(in CapturedPacket packet)
    {
        const int often = 1024;
        if (++Packets % often == 0)
            _cancel.ThrowIfCancellationRequested();
        long t = Clock.Place(packet.Time);
        PacketKind kind = FileSegment.Read(packet, out TcpSegment segment, out PacketDirection direction, out ushort identification);
        _kinds[(int)kind]++;
        if (kind == PacketKind.UnknownLink && _unknownLinks.Count < 8)
            _unknownLinks.Add(packet.LinkType);
        if (kind != PacketKind.Segment)
            return;
        if (_copies.IsCopy(segment, identification, packet.Interface, direction, t))
        {
            Copies++;
            return;
        }
        if (FlowOf(segment) is not { } flow)
        {
            LeftOut++;
            return;
        }
        bool again = flow.Take(segment, t, direction);
        if (flow.Number == _keep)
            (Kept ??= new()).Add(new(segment, t, packet.Number, again));
    }

    private FileFlow? FlowOf(in TcpSegment s)
    {
        TcpEndpoint from = s.Source.Unmapped(),
            to = s.Destination.Unmapped();
        FlowKey key = FlowKey.Of(from, to);
        FileFlow? before = _open.GetValueOrDefault(key);
        if (before is not null && !before.Moments.IsReplacedBy(s))
            return before;
        if (Flows.Count >= CaptureLimits.Connections)
            return null;
        bool opens = ConnectionMoments.Opens(s),
            answers = s.Flags.Has(TcpFlags.Syn) && !opens;
        // The client, by who opened, or else most likely: servers have the smaller port.
        bool fromA = opens || !answers && from.Port >= to.Port;
        var flow = new FileFlow(Flows.Count + 1, fromA ? new(from, to) : new(to, from)) { Follows = before };
        if (before is not null)
            before.FollowedBy = flow;
        Flows.Add(flow);
        return _open[key] = flow;
    }
}

/// <summary>A connection while the file is read.</summary>
/// <param name="number">Its number, from 1.</param>
/// <param name="moments">What passed.</param>
internal sealed class FileFlow(int number, ConnectionMoments moments)
{
    public int Number => number;

    public ConnectionMoments Moments => moments;

    /// <summary>The connection that used the same ends before, and the one that did next.</summary>
    public FileFlow? Follows { get; init; }

    public FileFlow? FollowedBy { get; set; }

    /// <summary>Segments that left the machine that captured: of A, and of B.</summary>
    public (long A, long B) Outbound { get; private set; }

    /// <summary>And that came to it.</summary>
    public (long A, long B) Inbound { get; private set; }

    public bool Take(in TcpSegment s, long t, PacketDirection direction)
    {
        bool isA = s.Source.Unmapped() == moments.EndA;
        if (direction == PacketDirection.Outbound)
            Outbound = isA ? (Outbound.A + 1, Outbound.B) : (Outbound.A, Outbound.B + 1);
        else if (direction == PacketDirection.Inbound)
            Inbound = isA ? (Inbound.A + 1, Inbound.B) : (Inbound.A, Inbound.B + 1);
        return moments.Take(s, isA, t);
    }
}

/// <summary>A segment of a file.</summary>
/// <param name="Segment">What it says.</param>
/// <param name="T">When it was seen: nanoseconds from the capture's first packet.</param>
/// <param name="Packet">The packet's number in the file.</param>
/// <param name="Again">True when it had been sent before.</param>
internal sealed record KeptSegment(TcpSegment Segment, long T, long Packet, bool Again);

/// <summary>What is drawn of a connection: its begin and its end, and what tells of its states between.</summary>
internal sealed class KeptSegments
{
    private readonly List<KeptSegment> _first = [],
        _telling = [];
    private readonly Queue<KeptSegment> _last = [];

    /// <summary>Segments that are not drawn.</summary>
    public long LeftOut { get; private set; }

    /// <summary>In the file's order.</summary>
    public IEnumerable<KeptSegment> All => [.. _first, .. _telling, .. _last];

    /// <summary>The first that is drawn after those that are left out; null where none are.</summary>
    public KeptSegment? FirstAfter => LeftOut > 0 && _last.Count > 0 ? _last.Peek() : null;

    public void Add(KeptSegment s)
    {
        if (_first.Count < CaptureLimits.FirstSegments)
        {
            _first.Add(s);
            return;
        }
        _last.Enqueue(s);
        if (_last.Count <= CaptureLimits.LastSegments)
            return;
        KeptSegment passed = _last.Dequeue();
        if (
            _telling.Count < CaptureLimits.Telling
            && (passed.Segment.Flags.Has(TcpFlags.Syn) || passed.Segment.Flags.Has(TcpFlags.Fin) || passed.Segment.Flags.Has(TcpFlags.Rst))
        )
        {
            _telling.Add(passed);
        }
        else
        {
            LeftOut++;
        }
    }
}
