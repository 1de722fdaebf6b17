using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// The segments that calls and states imply. Their order is certain, their moments are only possible ones: within the call, or, where nothing bounds
/// them, <see cref="Flight"/> after they were sent. None is concluded without a call that sent it.
/// </summary>
internal static class InferredSegments
{
    /// <summary>Nanoseconds taken for a segment's way where the log does not bound it; chosen small enough to stay between two calls of a person.</summary>
    private const long Flight = 20_000;

    /// <param name="connections">What the calls on one pair of ends tell of.</param>
    /// <param name="bands">What was seen of its sockets.</param>
    /// <param name="observed">A handshake or a close of which anything was captured is not inferred beside it.</param>
    /// <param name="context">What the whole run tells.</param>
    public static IReadOnlyList<Arrow> Conclude(
        IReadOnlyList<Connection> connections,
        IReadOnlyList<StateBand> bands,
        FlowSegments observed,
        FlowContext context
    )
    {
        var arrows = new List<Arrow>();
        foreach (Connection c in connections)
        {
            // From a port that nobody knows what was captured is not found, and stands under its own.
            bool elsewhere = c.ClientEnd.Port == 0 && (context.Captures(c.ClientHost) || context.Captures(c.ServerHost));
            if (!elsewhere && !observed.HasHandshake(c))
                AddHandshake(c, bands, arrows);
            if (!observed.HasClose(c))
                AddCloses(c, bands, arrows);
        }
        return arrows;
    }

    private static void AddHandshake(Connection c, IReadOnlyList<StateBand> bands, List<Arrow> arrows)
    {
        CallEvent call = c.Connect;
        long half = Math.Max(1, call.Duration / 2);
        long[] evidence = [call.Seq];
        void Add(bool fromClient, SegmentKind kind, long sent, long? received, InferredFrom from) =>
            arrows.Add(Make(c, fromClient, kind, sent, received, from, evidence));

        if (call.Succeeded)
        {
            // While connect ran, and before anyone saw what came of it.
            long accepted = Soonest(
                call.T + call.Duration,
                call.T,
                Find(bands, c, c.ServerEnd, TcpState.Established)?.Begin,
                c.Accept is { } accept ? CallMark.Moment(accept) : null
            );
            long third = Math.Max(1, (accepted - call.T) / 3),
                answered = Soonest(call.T + 2 * third, call.T, Find(bands, c, c.ClientEnd, TcpState.Established)?.Begin);
            long asked = Soonest(call.T + third, call.T, answered, Find(bands, c, c.ServerEnd, TcpState.SynRecv)?.Begin);
            Add(true, SegmentKind.Syn, call.T, asked, InferredFrom.ConnectSucceeded);
            Add(false, SegmentKind.SynAck, asked, answered, InferredFrom.ConnectSucceeded);
            Add(true, SegmentKind.Ack, answered, Math.Max(answered, accepted), InferredFrom.ConnectSucceeded);
        }
        else if (call.Errno is "ECONNREFUSED")
        {
            Add(true, SegmentKind.Syn, call.T, call.T + half, InferredFrom.ConnectRefused);
            Add(false, SegmentKind.Rst, call.T + half, call.T + 2 * half, InferredFrom.ConnectRefused);
        }
        // ECONNRESET: shutdown(2) ended the wait. A RST that answers a SYN gives ECONNREFUSED.
        else if (call.Errno is "ECONNRESET" or "ETIMEDOUT" or "EINPROGRESS" or "EALREADY" or "EAGAIN" or "EINTR" or "ECANCELED")
        {
            Add(true, SegmentKind.Syn, call.T, null, InferredFrom.ConnectUnanswered);
        }
    }

    private static void AddCloses(Connection c, IReadOnlyList<StateBand> bands, List<Arrow> arrows)
    {
        (bool FromClient, FlowCall Call)[] closes =
        [
            .. new[] { (true, c.ClientClose), (false, c.ServerClose) }.Where(x => x.Item2 is not null).Select(x => (x.Item1, x.Item2!)).OrderBy(x => x.Item2.T),
        ];
        if (closes.Length == 0)
            return;

        (bool fromClient, FlowCall first) = closes[0];
        TcpEndpoint closer = fromClient ? c.ClientEnd : c.ServerEnd,
            peer = fromClient ? c.ServerEnd : c.ClientEnd;
        StateBand? finWait2 = Find(bands, c, closer, TcpState.FinWait2),
            timeWait = Find(bands, c, closer, TcpState.TimeWait);
        StateBand? closeWait = Find(bands, c, peer, TcpState.CloseWait);
        // Nothing tells of a FIN when the end was no longer open: a RST had ended it.
        if (StateAt(bands, c, closer, first.T) is TcpState.Close)
            return;

        long sent = first.T;
        long read = c.EndsRead.Where(r => r.Own == peer).Select(r => r.Until).DefaultIfEmpty(long.MaxValue).Min();
        long received = Arrival(sent, Math.Min(closeWait?.Begin ?? long.MaxValue, read));
        arrows.Add(Make(c, fromClient, SegmentKind.Fin, sent, received, InferredFrom.ActiveClose, [first.Seq]));
        StateBand? acked = finWait2 ?? closeWait ?? timeWait;
        long ackArrived = received;
        if (acked is not null)
        {
            ackArrived = Arrival(received, finWait2?.Begin ?? long.MaxValue);
            InferredFrom evidence =
                acked == finWait2 ? InferredFrom.FinWait2Seen
                : acked == closeWait ? InferredFrom.CloseWaitSeen
                : InferredFrom.TimeWaitSeen;
            arrows.Add(Make(c, !fromClient, SegmentKind.Ack, received, ackArrived, evidence, [acked.Seq]));
        }

        if (closes.Length < 2)
            return;
        FlowCall second = closes[1].Call;
        long finSent = Math.Max(second.T, received);
        long finReceived = Math.Max(Arrival(finSent, timeWait?.Begin ?? long.MaxValue), ackArrived);
        arrows.Add(Make(c, !fromClient, SegmentKind.Fin, finSent, finReceived, InferredFrom.PassiveClose, [second.Seq]));
        StateBand? gone = bands.LastOrDefault(b => c.Has(b, peer) && b.End > second.T);
        if (timeWait is not null)
            arrows.Add(Make(c, fromClient, SegmentKind.Ack, finReceived, finReceived + Flight, InferredFrom.TimeWaitSeen, [timeWait.Seq]));
        else if (gone is not null)
            arrows.Add(Make(c, fromClient, SegmentKind.Ack, finReceived, finReceived + Flight, InferredFrom.PassiveSocketGone, [gone.Seq]));
    }

    /// <summary>Within the flight after sending, not after <paramref name="seen"/> where that is possible, always after sending.</summary>
    private static long Arrival(long sent, long seen) => Math.Max(sent + 1, Math.Min(sent + Flight, seen));

    /// <summary>The first of these moments that may be one; a clock that is off puts some before the beginning.</summary>
    private static long Soonest(long at, long begin, params ReadOnlySpan<long?> seen)
    {
        foreach (long? moment in seen)
        {
            if (moment > begin)
                at = Math.Min(at, moment.Value);
        }
        return at;
    }

    private static StateBand? Find(IReadOnlyList<StateBand> bands, Connection c, TcpEndpoint end, TcpState state) =>
        bands.FirstOrDefault(b => b.State == state && c.Has(b, end));

    private static TcpState? StateAt(IReadOnlyList<StateBand> bands, Connection c, TcpEndpoint end, long t) =>
        bands.LastOrDefault(b => b.Covers(t) && c.Has(b, end))?.State;

    private static Arrow Make(Connection c, bool fromClient, SegmentKind kind, long sent, long? received, InferredFrom evidence, IReadOnlyList<long> seqs) =>
        fromClient
            ? new(c.ClientHost, c.ServerHost, kind, sent, received, EvidenceSource.Inferred, evidence, seqs, c.ClientEnd, c.ServerEnd)
            : new(c.ServerHost, c.ClientHost, kind, sent, received, EvidenceSource.Inferred, evidence, seqs, c.ServerEnd, c.ClientEnd);
}
