using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>A change of state that an end must have gone through.</summary>
/// <param name="OfA">True for the connection's end A, false for B.</param>
/// <param name="To">The state; null for CLOSED: the socket is gone.</param>
/// <param name="T">When it was so at the latest, or, where only its cause was seen, just after that; nanoseconds of the capture.</param>
/// <param name="After">It was not so before: when its cause was seen. Null where it followed from no segment (a call made it so).</param>
public sealed record InferredChange(bool OfA, TcpState? To, long T, long? After)
{
    /// <summary>
    /// True where a segment of this end shows it; false where it follows because its cause must have arrived, which the end itself does not show.
    /// </summary>
    public bool Shown => After is not { } after || T > after + 1;

    /// <summary>True where TIME-WAIT was set anew by the peer's FIN, which came once more.</summary>
    public bool Restarts { get; init; }
}

/// <summary>
/// The states that both ends of a connection must have been in (RFC 9293, 3.3.2 and 3.10), by its segments alone: a pure function of what they showed. An end's
/// own segment shows its state (it acknowledges a FIN: CLOSE-WAIT, or TIME-WAIT). What
/// only an arrival changes (ESTABLISHED of a server, FIN-WAIT-2, the end of LAST-ACK) is taken to follow from it, unless the segment that had to arrive was
/// sent again: then it is the answer to the last one that counts. Nothing is
/// concluded of the time before the capture, and LISTEN, which sends nothing, is never seen.
/// </summary>
internal static class InferredStates
{
    /// <summary>How long Linux keeps TIME-WAIT: TCP_TIMEWAIT_LEN, 60 s, and no sysctl changes it.</summary>
    public const long TimeWait = 60_000_000_000;

    /// <summary>In the order of time; of one end each is another state than the one before.</summary>
    public static IReadOnlyList<InferredChange> Of(ConnectionMoments c)
    {
        if (c.IsSelf)
            return [];
        List<InferredChange> all = [.. Of(c, c.A, c.B, true), .. Of(c, c.B, c.A, false)];
        return [.. all.OrderBy(s => s.T)];
    }

    /// <summary>The state that an end was in last; null where nothing is known of it, or it is gone (<paramref name="gone"/>).</summary>
    public static TcpState? Last(IReadOnlyList<InferredChange> changes, bool ofA, out bool gone)
    {
        InferredChange? last = changes.LastOrDefault(s => s.OfA == ofA);
        gone = last is { To: null };
        return last?.To;
    }

    private static List<InferredChange> Of(ConnectionMoments c, EndMoments x, EndMoments y, bool ofA)
    {
        var all = new List<InferredChange>();
        // Never before the one before, which is the same end's.
        void Enter(TcpState? to, long t, long? after, bool restarts = false)
        {
            long begin = all.Count > 0 ? Math.Max(all[^1].T, t) : t;
            all.Add(new(ofA, to, begin, after) { Restarts = restarts });
        }
        void Arrives(TcpState? to, long seen) => Enter(to, seen + 1, seen);

        Opening(c, x, y, Enter, Arrives);
        if (x.Fin is { } fin)
            Closing(x, y, fin, Enter, Arrives);
        else if (x.AcksFin is { } closeWait)
            Enter(TcpState.CloseWait, closeWait, y.Fin);
        return Resets(all, x, y, ofA);
    }

    private static void Opening(ConnectionMoments c, EndMoments x, EndMoments y, Action<TcpState?, long, long?, bool> enter, Action<TcpState?, long> arrives)
    {
        if (x.Syn is { } syn)
            enter(TcpState.SynSent, syn, null, false);
        if (x.SynAck is { } answered && (c.SawBegin || y.Syn is not null))
            enter(TcpState.SynRecv, answered, y.Syn, false);
        if (x.SynAck is not null)
        {
            if (x.SynAcked is { } acked)
                arrives(TcpState.Established, acked);
        }
        else if (x.Syn is not null)
        {
            if (x.AcksSyn is { } acks)
                enter(TcpState.Established, acks, y.SynAck ?? y.Syn, false);
        }
        else if (!c.SawBegin && x.Segments > 0 && x.First is { } first && y.LastNew > first && !(x.Fin <= first) && !(y.Fin < first))
        {
            // In the middle: what the peer sends later shows that it had not closed, and its own FIN is yet to come.
            enter(TcpState.Established, first, null, false);
        }
    }

    private static void Closing(EndMoments x, EndMoments y, long fin, Action<TcpState?, long, long?, bool> enter, Action<TcpState?, long> arrives)
    {
        if (x.FinAcksFin)
        {
            // Where its FIN is the first to acknowledge, CLOSE-WAIT lies between the two.
            long acks = x.AcksFin!.Value,
                came = y.Fin!.Value;
            enter(TcpState.CloseWait, acks < fin ? acks : Math.Min(came + 1, fin), came, false);
            enter(TcpState.LastAck, fin, null, false);
            if (x.FinAcked is { } over)
                arrives(null, over);
            return;
        }
        enter(TcpState.FinWait1, fin, null, false);
        if (x is { AcksFin: { } crossed, Came.Acks: false })
        {
            // Both FINs crossed: each came before the other's acknowledgment, which was sent after it.
            enter(TcpState.Closing, x.FinAcked < crossed ? x.FinAcked.Value : crossed, y.Fin, false);
            if (x.FinAcked is not { } late)
                return;
            arrives(TcpState.TimeWait, late);
        }
        else
        {
            // Sent again and acknowledged late: then the peer's own FIN brought the first acknowledgment that counts.
            if (x.FinAcked is { } acked)
                arrives(TcpState.FinWait2, x.AcksFin < acked && x.Came is { } came ? came.Sent : acked);
            if (x.AcksFin is not { } answers)
                return;
            enter(TcpState.TimeWait, answers, y.Fin, false);
        }
        if (x.AcksFinAgain is { } again)
            enter(TcpState.TimeWait, again, null, true);
    }

    private static List<InferredChange> Resets(List<InferredChange> all, EndMoments x, EndMoments y, bool ofA)
    {
        // The first of the two ends both: what the other answers comes from no socket.
        bool own = x.Rst is { } sent && !(y.Rst < sent);
        if ((own ? x.Rst : y.Rst) is not { } rst || all.Count == 0)
            return all;
        List<InferredChange> before = [.. all.TakeWhile(s => s.T <= rst)];
        // The socket was gone already: a RST without ACK is the kernel's for no socket.
        if (before.Count > 0 && before[^1].To is not null)
            before.Add(own ? new(ofA, null, rst, null) : new(ofA, null, rst + 1, rst));
        return before;
    }
}
