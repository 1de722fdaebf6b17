using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>What a segment is beside those that were seen before it.</summary>
internal enum Sighting : byte
{
    New,

    /// <summary>Some of its sequence numbers had been seen on this flow before.</summary>
    Retransmission,

    /// <summary>The same frame once more, on an interface above or below the first (VLAN, bridge, bond).</summary>
    Copy,
}

/// <summary>
/// The sequence numbers seen on each direction of each connection, so that a retransmission is known. A hole below the highest one is remembered: what fills it
/// came late but for the first time. Bounded, allocates nothing once it is full; no clock of its own.
/// </summary>
internal sealed class FlowMemory
{
    /// <summary>Directions of connections remembered; beyond that the one unused for longest is forgotten.</summary>
    public const int MaxFlows = 1024;

    /// <summary>Holes remembered of a flow; beyond that the lowest is forgotten.</summary>
    public const int MaxHoles = 4;

    /// <summary>Nanoseconds within which a frame passes all interfaces that are stacked on one another.</summary>
    public const long CopyWithin = 5_000_000;

    private readonly record struct Flow(TcpEndpoint From, TcpEndpoint To, bool Outgoing);

    private readonly record struct Hole(uint Begin, uint End);

    private readonly record struct Identity(uint Seq, uint Ack, TcpFlags Flags, int Length);

    private struct State
    {
        public Flow Flow;
        public uint Next;
        public uint? Isn;
        public Identity Last;
        public long LastAt,
            Used;
        public int LastInterface;
    }

    private readonly Dictionary<Flow, int> _index = new(MaxFlows);
    private readonly State[] _flows = new State[MaxFlows];
    private readonly Hole[] _holes = new Hole[MaxFlows * MaxHoles];
    private long _uses;

    public void Clear() => _index.Clear();

    /// <param name="segment">The segment.</param>
    /// <param name="outgoing">Whether it was leaving this host.</param>
    /// <param name="interfaceIndex">Where it was seen.</param>
    /// <param name="at">When, in nanoseconds.</param>
    public Sighting See(in TcpSegment segment, bool outgoing, int interfaceIndex, long at)
    {
        var flow = new Flow(segment.Source, segment.Destination, outgoing);
        var identity = new Identity(segment.Seq, segment.Ack, segment.Flags, segment.Length);
        bool syn = segment.Flags.Has(TcpFlags.Syn),
            known = _index.TryGetValue(flow, out int i);
        if (!known)
            i = Add(flow);
        ref State state = ref _flows[i];
        if (known && state.Last == identity && state.LastInterface != interfaceIndex && Math.Abs(at - state.LastAt) <= CopyWithin)
            return Sighting.Copy;

        Sighting sighting = Sighting.New;
        if (!known || (syn && state.Isn != segment.Seq))
        {
            state = new State
            {
                Flow = flow,
                Next = segment.Seq + segment.Span,
                Isn = syn ? segment.Seq : null,
            };
            _holes.AsSpan(i * MaxHoles, MaxHoles).Clear();
        }
        else if (segment.Span > 0)
        {
            sighting = Follow(ref state, _holes.AsSpan(i * MaxHoles, MaxHoles), segment.Seq, segment.Seq + segment.Span);
        }
        (state.Last, state.LastAt, state.LastInterface, state.Used) = (identity, at, interfaceIndex, ++_uses);
        return sighting;
    }

    private static Sighting Follow(ref State state, Span<Hole> holes, uint begin, uint end)
    {
        // Sequence numbers are compared modulo 2^32 (RFC 9293, 3.4).
        int ahead = (int)(begin - state.Next);
        if (ahead >= 0)
        {
            if (ahead > 0)
                Keep(holes, new(state.Next, begin));
            state.Next = end;
            return Sighting.New;
        }
        for (int h = 0; h < holes.Length; h++)
        {
            Hole hole = holes[h];
            if (hole.Begin == hole.End || (int)(begin - hole.Begin) < 0 || (int)(hole.End - end) < 0)
                continue;
            holes[h] = default;
            if (hole.Begin != begin)
                Keep(holes, new(hole.Begin, begin));
            if (hole.End != end)
                Keep(holes, new(end, hole.End));
            return Sighting.New;
        }
        if ((int)(end - state.Next) > 0)
            state.Next = end;
        return Sighting.Retransmission;
    }

    private static void Keep(Span<Hole> holes, Hole hole)
    {
        int at = 0;
        for (int h = 0; h < holes.Length; h++)
        {
            if (holes[h].Begin == holes[h].End)
            {
                at = h;
                break;
            }
            if ((int)(holes[h].Begin - holes[at].Begin) < 0)
                at = h;
        }
        holes[at] = hole;
    }

    private int Add(Flow flow)
    {
        int at = _index.Count;
        if (at == MaxFlows)
        {
            at = 0;
            for (int i = 1; i < MaxFlows; i++)
            {
                if (_flows[i].Used < _flows[at].Used)
                    at = i;
            }
            _index.Remove(_flows[at].Flow);
        }
        _index.Add(flow, at);
        return at;
    }
}
