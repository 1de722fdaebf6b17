using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// One end of a connection as a state machine: given in the order of time what it sent, what it received and what was called on it, it says which states it
/// must have been in (RFC 9293, 3.3.2 and
/// 3.10.7, where Linux differs, as Linux does: a request socket is in SYN-RECV from the SYN on, the state changes before the segment that it sends leaves). It
/// concludes nothing that it
/// has not seen begin, and it takes nothing for granted that a segment does not show.
/// </summary>
internal sealed class EndStates
{
    /// <summary>Nanoseconds by which stamps of a capture may be off those of calls and traces on one host.</summary>
    private const long Stamps = 10_000;

    private readonly List<ExpectedLife> _lives = [];
    private readonly List<(uint Begin, uint End)> _beyond = [];
    private TcpState? _state;
    private EndMoment? _syn;
    private FlowCall? _connect,
        _close;
    private uint _first,
        _expected,
        _fin,
        _peersFin;
    private bool _knowsPeer,
        _sentFin,
        _seesPeersFin;

    private ExpectedLife Life => _lives[^1];

    /// <summary>The sockets that an end must have been, by everything that is known of it.</summary>
    /// <param name="own">The end.</param>
    /// <param name="arrows">The segments that passed since <paramref name="history"/>.</param>
    /// <param name="calls">The calls on both ends.</param>
    /// <param name="history">What has passed before; null for nothing.</param>
    /// <param name="notTaken">Segments by their first events that came and were not taken.</param>
    public static IReadOnlyList<ExpectedLife> Expect(
        TcpEndpoint own,
        IReadOnlyList<Arrow> arrows,
        IEnumerable<FlowCall> calls,
        FlowHistory? history,
        IReadOnlySet<long> notTaken
    )
    {
        EndStates machine = history?.StatesOf(own) ?? new();
        machine.Apply(
            EndMoment
                .Collect(own, arrows, calls)
                .Where(m => history?.Includes(m) != true && !(m.Kind == EndMomentKind.Receives && notTaken.Contains(m.Segment!.Seqs[0])))
        );
        foreach (ExpectedLife life in machine._lives)
            Tighten(life);
        return machine._lives;
    }

    /// <summary>
    /// Sockets that began to connect and found no port, or found that another has the same two ends: the state changes before the kernel looks for a port
    /// (tcp_v4_connect). They stand beside what the end is otherwise.
    /// </summary>
    public static IReadOnlyList<ExpectedLife> TriesOf(TcpEndpoint own, IEnumerable<FlowCall> calls)
    {
        var tries = new List<ExpectedLife>();
        foreach (FlowCall call in calls.Where(c => c.Own == own && c.FoundNoPort))
        {
            var life = new ExpectedLife { End = new(call.Until, call.T, call.Until + Stamps, new SeqList([call.Seq]), new(EndCause.GaveUp, call.Seq)) };
            life.States.Add(new(TcpState.SynSent, call.T, call.T - Stamps, call.Until + Stamps, new SeqList([call.Seq]), true));
            tries.Add(life);
        }
        return tries;
    }

    public EndStates Copy()
    {
        var copy = new EndStates
        {
            _state = _state,
            _syn = _syn,
            _connect = _connect,
            _close = _close,
            _first = _first,
            _expected = _expected,
            _fin = _fin,
            _peersFin = _peersFin,
            _knowsPeer = _knowsPeer,
            _sentFin = _sentFin,
            _seesPeersFin = _seesPeersFin,
        };
        copy._lives.AddRange(_lives.Select(l => l.Copy()));
        copy._beyond.AddRange(_beyond);
        return copy;
    }

    /// <summary>Goes on with what happened next.</summary>
    public void Apply(IEnumerable<EndMoment> moments)
    {
        foreach (EndMoment moment in moments)
            Apply(moment);
    }

    private void Apply(EndMoment m)
    {
        switch (m.Kind)
        {
            case EndMomentKind.Begins:
                Begins(m);
                break;
            case EndMomentKind.Returns:
                Returns(m);
                break;
            case EndMomentKind.Sends:
                Sends(m);
                break;
            case EndMomentKind.Receives:
                Receives(m);
                break;
        }
    }

    private void Begins(EndMoment m)
    {
        FlowCall call = m.Call!;
        if (call.Act == FlowAct.Connect)
            _connect = call;
        else if (call.Act == FlowAct.Close)
            _close ??= call;
    }

    private void Returns(EndMoment m)
    {
        FlowCall call = m.Call!;
        if (call is { Act: FlowAct.Connect, Succeeded: false } && _connect == call)
        {
            _connect = null;
            // A connect that returned without an answer leaves the socket closed; a non-blocking one only began (connect(2)).
            if (_state == TcpState.SynSent && call.Call?.Errno is not ("EINPROGRESS" or "EALREADY" or "EINTR"))
                Ends(m.T, call.T, call.Until, call.Seq, new(EndCause.GaveUp, call.Seq));
        }
        else if (
            call is { Act: FlowAct.Connect } && _state == TcpState.Established
            || call.Act == FlowAct.Accept && _state == TcpState.Established
            || call.Act == FlowAct.EndRead && _state == TcpState.CloseWait
        )
        {
            Proves(call.Until);
        }
        else if (call.Act == FlowAct.Close && _state == TcpState.SynSent)
        {
            Ends(m.T, call.T, call.Until, call.Seq, new(EndCause.GaveUp, call.Seq));
        }
        else if (call is { Act: FlowAct.Destroy, Succeeded: true } && _state is not null)
        {
            Ends(m.T, call.T, call.Until, call.Seq, new(EndCause.Destroyed, call.Seq));
        }
    }

    private void Sends(EndMoment m)
    {
        Arrow a = m.Segment!;
        switch (a.Kind)
        {
            case SegmentKind.Syn when IsNew(m):
                bool called = _connect is { } connect && connect.Covers(a.Sent, Stamps);
                Opens(TcpState.SynSent, a.Sent, called ? _connect!.T : null, m.Most, m, a);
                (_first, _knowsPeer) = (m.Seq, false);
                return;
            case SegmentKind.SynAck when _syn is { } syn && m.Ack == syn.End && IsNew(m):
                Opens(TcpState.SynRecv, syn.T, syn.Least, m.Most, syn, syn.Segment!);
                (_first, _expected, _knowsPeer, _syn) = (m.Seq, syn.End, true, null);
                return;
            case SegmentKind.SynAck when _state == TcpState.Established && m.Seq == _first && Life.States is [{ State: TcpState.SynRecv }, _]:
                // The last ACK of the handshake was not taken: the listener's queue was full (tcp_check_req).
                Life.States.RemoveAt(1);
                _state = TcpState.SynRecv;
                return;
            case SegmentKind.Rst when _state is not (null or TcpState.SynSent or TcpState.SynRecv or TcpState.TimeWait):
                if (m is { Exact: true, HasAck: true })
                    Proves(m.T, m);
                FlowCall? by = _close is { } close && close.T <= m.T + Stamps ? close : null;
                // Without an ACK it may be the kernel's for a socket that had gone before (tcp_v4_send_reset); one that a timer sends goes before its socket
                // does, that of a closed listener's child after it.
                Ends(
                    a.Sent,
                    a.Segment is { Ack: null } ? null : by?.T,
                    by is null ? null : Latest(m.Most, by.Until),
                    a.Seqs[0],
                    new(EndCause.SentReset, a.Seqs[0])
                );
                return;
            case SegmentKind.Rst or SegmentKind.Syn or SegmentKind.SynAck:
                return;
        }
        if (_state is null)
            return;
        if (m.Exact)
            Proves(m.T, m);
        if (!a.HasFin() || _sentFin)
            return;
        (_fin, _sentFin) = (m.End, true);
        if (_state is not (TcpState.SynRecv or TcpState.Established or TcpState.CloseWait))
            return;
        TcpState next = _state == TcpState.CloseWait ? TcpState.LastAck : TcpState.FinWait1;
        if (_close is { } closing && closing.T <= m.T + Stamps)
        {
            // The state changes in the call; its FIN may have had to wait behind data.
            bool waited = closing.Until < a.Sent;
            Enters(next, waited ? closing.Until : a.Sent, closing.T, Earliest(m.Most, closing.Until), a.Seqs, m);
        }
        else
        {
            Enters(next, a.Sent, null, m.Most, a.Seqs, m);
        }
    }

    private void Receives(EndMoment m)
    {
        Arrow a = m.Segment!;
        switch (_state)
        {
            case not TcpState.SynSent when a.Kind == SegmentKind.Syn:
                _syn = m;
                return;
            case null or TcpState.TimeWait:
                return;
            case TcpState.SynSent when a.Kind == SegmentKind.SynAck && m.Ack == _first + 1:
                (_expected, _knowsPeer) = (m.Seq + 1, true);
                Enters(TcpState.Established, m.T, m.Least, null, a.Seqs, m);
                return;
            case TcpState.SynSent when a.Kind == SegmentKind.Syn:
                (_expected, _knowsPeer) = (m.End, true);
                Enters(TcpState.SynRecv, m.T, m.Least, null, a.Seqs, m);
                return;
            case TcpState.SynSent when a.Kind == SegmentKind.Rst && m.HasAck && m.Ack == _first + 1:
                Resets(m);
                return;
            case TcpState.SynSent:
                return;
        }
        if (a.Kind == SegmentKind.Rst)
        {
            if (!_knowsPeer || m.Seq == _expected)
                Resets(m);
            return;
        }
        if (_state == TcpState.SynRecv && m.HasAck && m.Ack == _first + 1)
            Enters(TcpState.Established, m.T, m.Least, null, a.Seqs, m);
        if (_state == TcpState.SynRecv || a.Kind == SegmentKind.SynAck)
            return;
        Acknowledged(m, a);
        Arrives(m, a);
    }

    private void Acknowledged(EndMoment m, Arrow a)
    {
        if (!_sentFin || !m.HasAck || (int)(m.Ack - _fin) < 0)
            return;
        switch (_state)
        {
            case TcpState.FinWait1:
                Enters(TcpState.FinWait2, m.T, m.Least, null, a.Seqs, m);
                break;
            case TcpState.Closing:
                Enters(TcpState.TimeWait, m.T, m.Least, null, a.Seqs, m);
                break;
            case TcpState.LastAck:
                Ends(m.T, m.Least, null, a.Seqs[0], null);
                break;
        }
    }

    // A FIN counts when everything before it has come.
    private void Arrives(EndMoment m, Arrow a)
    {
        if (_state is null or TcpState.TimeWait)
            return;
        if (!_knowsPeer)
            (_expected, _knowsPeer) = (m.Seq, true);
        if (a.HasFin())
            (_peersFin, _seesPeersFin) = (m.End, true);
        if (m.End != m.Seq)
            _beyond.Add((m.Seq, m.End));
        bool moved = true;
        while (moved)
        {
            moved = false;
            for (int i = _beyond.Count - 1; i >= 0; i--)
            {
                if ((int)(_beyond[i].Begin - _expected) > 0)
                    continue;
                if ((int)(_beyond[i].End - _expected) > 0)
                    (_expected, moved) = (_beyond[i].End, true);
                _beyond.RemoveAt(i);
            }
        }
        if (!_seesPeersFin || (int)(_expected - _peersFin) < 0)
            return;
        _seesPeersFin = false;
        if (_state == TcpState.Established && m.Exact && _close is { } closed && closed.Until < m.T)
        {
            // Its FIN was held up, but not the close.
            Enters(TcpState.FinWait1, closed.Until, closed.T, closed.Until, [closed.Seq], m);
        }
        switch (_state)
        {
            case TcpState.Established:
                Enters(TcpState.CloseWait, m.T, m.Least, null, a.Seqs, m);
                break;
            case TcpState.FinWait1:
                Enters(TcpState.Closing, m.T, m.Least, null, a.Seqs, m);
                break;
            case TcpState.FinWait2:
                Enters(TcpState.TimeWait, m.T, m.Least, null, a.Seqs, m);
                break;
        }
    }

    private void Resets(EndMoment m) => Ends(m.T, m.Least, null, m.Segment!.Seqs[0], new(EndCause.Reset, m.Segment.Seqs[0]));

    private void Opens(TcpState state, long at, long? after, long? before, EndMoment m, Arrow by)
    {
        // Of any other that was there the end was not seen.
        if (_state is not null)
            Ends(at, after, before, by.Seqs[0], _state == TcpState.TimeWait ? new(EndCause.TakenOver, by.Seqs[0]) : null);
        _lives.Add(new());
        _beyond.Clear();
        (_sentFin, _seesPeersFin) = (false, false);
        if (_close?.Until < at)
            _close = null;
        Enters(state, at, after, before, by.Seqs, m);
    }

    private void Enters(TcpState state, long at, long? after, long? before, IReadOnlyList<long> seqs, EndMoment m)
    {
        _state = state;
        Life.States.Add(new(state, at, after - Stamps, before + Stamps, new SeqList(seqs), m.Segment?.Segment is not null || m.Call is not null));
    }

    private void Ends(long at, long? after, long? before, long seq, EndReason? reason)
    {
        if (_state is null)
            return;
        Life.End = new(at, after - Stamps, before + Stamps, new SeqList([seq]), reason);
        (_state, _close, _sentFin) = (null, null, false);
    }

    // The kernel sends no SYN of another number from a socket that is there.
    private bool IsNew(EndMoment m) => _state is null or TcpState.TimeWait || m.Seq != _first;

    // What came of a state shows that it had begun.
    private void Proves(long t, EndMoment? sent = null)
    {
        ExpectedState last = Life.States[^1];
        if (last.Before is not null || t < last.At || (sent is not null && last.State is TcpState.FinWait2 or TcpState.TimeWait))
            return;
        Life.States[^1] = last with { Before = t + Stamps };
    }

    // Of states that follow one another none begins before the one before it, and none after the one after it.
    private static void Tighten(ExpectedLife life)
    {
        List<ExpectedState> states = life.States;
        for (int i = 1; i < states.Count; i++)
        {
            if (states[i - 1].After is { } after && !(states[i].After >= after))
                states[i] = states[i] with { After = after };
            if (states[i].At < states[i - 1].At)
                states[i] = states[i] with { At = states[i - 1].At };
        }
        if (life.End is { } end)
        {
            if (states[^1].After is { } after && !(end.After >= after))
                end = end with { After = after };
            life.End = end with { At = Math.Max(end.At, states[^1].At) };
            if (end.Before is { } before && !(states[^1].Before <= before))
                states[^1] = states[^1] with { Before = before };
        }
        for (int i = states.Count - 2; i >= 0; i--)
        {
            if (states[i + 1].Before is { } before && !(states[i].Before <= before))
                states[i] = states[i] with { Before = before };
        }
    }

    private static long? Earliest(long? a, long? b) => a is { } x && b is { } y ? Math.Min(x, y) : a ?? b;

    private static long? Latest(long? a, long? b) => a is { } x && b is { } y ? Math.Max(x, y) : a ?? b;
}
