using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What is drawn of one connection, or of one port's sockets without a peer: a pure function of what the log tells of it.</summary>
internal sealed record FlowPicture
{
    public static readonly FlowPicture Empty = new();

    /// <summary>So many captured segments of an end may not have been taken, before nothing more is concluded of it.</summary>
    private const int MostNotTaken = 8;

    public IReadOnlyList<StateBand> Bands { get; init; } = [];

    public IReadOnlyList<StateChange> Changes { get; init; } = [];

    public IReadOnlyList<TimeWaitBar> TimeWaits { get; init; } = [];

    /// <summary>Without those of the history.</summary>
    public IReadOnlyList<Arrow> Arrows { get; init; } = [];

    /// <summary>What has passed for good; null for nothing.</summary>
    public FlowHistory? History { get; init; }

    /// <summary>What was seen of the states; null for nothing.</summary>
    public SocketStates? Seen { get; init; }

    /// <summary>The calls that what passed on the connection moves, or explains.</summary>
    public IReadOnlyList<CallMark> Calls { get; init; } = [];

    /// <summary>What two sources cannot both be right about, unless an event still on its way explains it.</summary>
    public IReadOnlyList<Disagreement> Contradictions { get; init; } = [];

    /// <summary>Once a host has told of something later than this the picture may be another, by host: nanoseconds on the run's axis.</summary>
    public IReadOnlyDictionary<string, long> Waits { get; init; } = new Dictionary<string, long>();

    /// <summary>Of sockets without a peer.</summary>
    public static FlowPicture Fold(LoneSockets sockets)
    {
        SocketStates states = SocketStates.Fold(sockets.States, sockets.Seen);
        StateBand[] bands =
        [
            .. states.Lives.SelectMany(l => l.States.Select(s => s.Band(l))).Select(b => b with { EndAfter = b.Gone?.After, EndBefore = b.End }),
        ];
        return new()
        {
            Bands = bands,
            Changes = StateChange.InOrder(bands),
            Contradictions = states.Contradictions,
            Seen = states,
        };
    }

    /// <summary>Of a connection.</summary>
    public static FlowPicture Fold(Flow flow, FlowContext context) => Fold(flow, context, settles: true);

    private static FlowPicture Fold(Flow flow, FlowContext context, bool settles)
    {
        FlowEnds? ends = FlowEnds.Find(flow, context);
        if (flow.History?.Holds(flow, ends, context) == false)
            flow = flow with { History = null };
        SocketStates seen = SocketStates.Fold(flow.States, flow.Seen);
        FlowSegments segments = FlowSegments.Fold(flow, ends, context);
        IReadOnlyList<Connection> connections = Connections.Find(flow, ends, context);
        StateBand[] seenBands = [.. seen.Lives.SelectMany(l => l.States.Select(s => s.Band(l)))];
        IReadOnlyList<Arrow> inferred = InferredSegments.Conclude(connections, seenBands, segments, context),
            arrows = [.. segments.Arrows, .. inferred],
            telling = [.. segments.Telling, .. inferred];

        // What was concluded of the time before has to be the same still.
        if (flow.History?.Includes(inferred) == false)
            return Fold(flow with { History = null }, context, settles);

        var waits = new Dictionary<string, long>(segments.Waits);
        var bands = new List<StateBand>();
        foreach (IGrouping<(string Host, TcpEndpoint Own), SocketLife> end in LivesByEnd(flow, ends, seen))
        {
            bool hold = ends is null || flow.IsOfFile || !MayConclude(end.Key.Host, end.Key.Own, seen, context);
            SocketLife[] lives = [.. end.Where(l => l is not null)];
            var notTaken = new HashSet<long>();
            EndBands merge;
            IReadOnlyList<StateBand> merged;
            do
            {
                IReadOnlyList<ExpectedLife> expected = hold ? [] : EndStates.Expect(end.Key.Own, arrows, flow.Calls, flow.History, notTaken);
                merge = new EndBands(end.Key.Host, end.Key.Own, flow.Key.PeerOf(end.Key.Own), context.Told.GetValueOrDefault(end.Key.Host, long.MinValue));
                merged = merge.Merge(lives, expected, [.. lives.Where(seen.Beside.Contains)], hold ? [] : EndStates.TriesOf(end.Key.Own, flow.Calls));
                // What was concluded before may have been wrong already.
                if (merge.NotTaken is not null && flow.History is not null)
                    return Fold(flow with { History = null }, context, settles: false);
            } while (merge.NotTaken is { } not && notTaken.Count < MostNotTaken && notTaken.Add(not));
            settles &= notTaken.Count == 0;
            bands.AddRange(merged);
            if (merge.Waits is { } at)
                waits[end.Key.Host] = Math.Min(at, waits.GetValueOrDefault(end.Key.Host, long.MaxValue));
        }

        var order = new CausalOrder(connections, telling, context);
        StateBand[] placed = [.. bands.Select(order.Placed).Select(b => EndReasons.WithReason(b, flow, telling)).OrderBy(b => b.Begin).ThenBy(b => b.Seq)];
        // What has passed for good is not drawn again.
        FlowHistory? history = ends is null || !settles ? flow.History : FlowHistory.After(flow.History, flow, ends, context, segments, inferred);
        int passed = history?.Passing.Count ?? 0;
        return new()
        {
            Bands = placed,
            Changes = StateChange.InOrder(placed),
            TimeWaits = Waiting(placed, seen, flow),
            Arrows = [.. InOrder(order.Fit(arrows, seenBands).Skip(passed))],
            Calls =
            [
                .. flow
                    .Calls.Where(Places)
                    .Select(c => new CallMark(c.Call!, order.MomentOf(c), CallMark.IsDeciding(context.Header, c.Call!))
                    {
                        Answer = Answer(c, arrows, context),
                    }),
            ],
            Contradictions = seen.Contradictions,
            Waits = waits,
            Seen = seen,
            History = history,
        };
    }

    /// <summary>In the order they were sent.</summary>
    public static IEnumerable<Arrow> InOrder(IEnumerable<Arrow> arrows) => arrows.OrderBy(a => a.Sent).ThenBy(a => a.Received ?? long.MaxValue);

    /// <summary>True for a call of which the picture says where it is drawn.</summary>
    public static bool Places(FlowCall call) => call is { Act: FlowAct.Accept or FlowAct.EndRead or FlowAct.Connect, Call: not null };

    private static IEnumerable<IGrouping<(string Host, TcpEndpoint Own), SocketLife>> LivesByEnd(Flow flow, FlowEnds? ends, SocketStates seen)
    {
        IEnumerable<(string Host, TcpEndpoint Own, SocketLife? Life)> all = seen.Lives.Select(l => (l.Host, l.Local.Unmapped(), (SocketLife?)l));
        if (ends is not null)
            all = all.Concat([(ends.Low, flow.Key.Low, null), (ends.High, flow.Key.High, null)]);
        return all.GroupBy(x => (x.Host, x.Own), x => x.Life!);
    }

    // Of segments that were lost on the way to the log nothing can be concluded, nor where what was seen contradicts itself.
    private static bool MayConclude(string host, TcpEndpoint own, SocketStates seen, FlowContext context) =>
        !context.CaptureGaps.Contains(host) && !seen.Contradictions.Any(d => d.Host == host && d.Local.Unmapped() == own);

    private static List<TimeWaitBar> Waiting(IReadOnlyList<StateBand> bands, SocketStates seen, Flow flow)
    {
        var bars = new List<TimeWaitBar>();
        foreach (SocketLife life in seen.Lives)
        {
            foreach (SightedState wait in life.States)
            {
                if (wait.State != TcpState.TimeWait || bands.FirstOrDefault(b => b.Seq == wait.Seq && b.Host == life.Host) is not { } band)
                    continue;
                bool wasThere =
                    ReferenceEquals(wait, life.States[0])
                    && wait is { KnownAfter: null, Exact: false }
                    && band.Evidence.Count == 0
                    && !flow.Segments.Any(s => s.T < wait.Begin)
                    && !flow.Calls.Any(c => c.T < wait.Begin);
                TimeWaitBar bar = wait.Bar(band) with { WasThere = wasThere };
                bars.Add(bar with { Ended = EndReasons.OfTimeWait(bar, band) });
            }
        }
        return bars;
    }

    private static ConnectAnswer? Answer(FlowCall call, IReadOnlyList<Arrow> arrows, FlowContext context)
    {
        const long slack = 1_000_000;
        if (call is not { Act: FlowAct.Connect, Succeeded: false } || !context.Captures(call.Host) || context.CaptureGaps.Contains(call.Host))
            return null;
        Arrow[] passed = [.. arrows.Where(a => a.Segment is not null && call.Covers(a.Origin == call.Own ? a.Sent : a.Received ?? a.Sent, slack))];
        if (!passed.Any(a => a.Origin == call.Own))
            return null;
        Arrow[] back = [.. passed.Where(a => a.Target == call.Own)];
        return back.Length == 0 ? ConnectAnswer.Nothing
            : back.Any(a => a.Kind == SegmentKind.Rst) ? ConnectAnswer.Reset
            : ConnectAnswer.Other;
    }
}
