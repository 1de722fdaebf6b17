using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>
/// Follows one connection through a capture, segment by segment in the file's order, in memory of a fixed size. <see cref="A"/> is the end that sent the first
/// SYN; where none was seen, the one whose port is the greater.
/// </summary>
internal sealed class ConnectionMoments(TcpEndpoint first, TcpEndpoint second)
{
    /// <summary>The client, where the handshake was seen.</summary>
    public EndMoments A { get; } = new();

    public EndMoments B { get; } = new();

    public TcpEndpoint EndA { get; } = first;

    public TcpEndpoint EndB { get; } = second;

    /// <summary>Both ends are one: a socket that connected to itself.</summary>
    public bool IsSelf => EndA == EndB;

    /// <summary>Nanoseconds of the capture.</summary>
    public long Begin { get; private set; } = long.MaxValue;

    public long End { get; private set; }

    /// <summary>True when the first segment that was seen is a SYN: nothing of the connection is missing before.</summary>
    public bool SawBegin { get; private set; }

    /// <summary>True when it was seen which end opened it: A.</summary>
    public bool KnowsOpener => A.Syn is not null || B.SynAck is not null;

    /// <summary>A SYN of another number than this connection's: the same ports are used again.</summary>
    public static bool Opens(in TcpSegment s) => s.Flags.Has(TcpFlags.Syn) && !s.Flags.Has(TcpFlags.Ack);

    /// <summary>True when a SYN cannot be of this connection: another connection begins with the same ends.</summary>
    public bool IsReplacedBy(in TcpSegment s)
    {
        if (!Opens(s))
            return false;
        bool isA = s.Source.Unmapped() == EndA;
        EndMoments from = isA ? A : B,
            to = isA ? B : A;
        if (from.Isn is { } isn)
            return isn != s.Seq;
        // Both open at once: this one's SYN crossed the other's. Anything later is a new connection.
        return !(SawBegin && to.Syn is not null && to.AcksSyn is null && to.First is null && from.Segments == 0);
    }

    /// <summary>Takes the next segment in.</summary>
    /// <param name="s">Of this connection's ends.</param>
    /// <param name="isA">True when end A sent it.</param>
    /// <param name="t">When it was seen; never before the one before.</param>
    /// <returns>True when it had been sent before: a retransmission.</returns>
    public bool Take(in TcpSegment s, bool isA, long t)
    {
        EndMoments x = isA ? A : B,
            y = isA ? B : A;
        if (Begin == long.MaxValue)
        {
            Begin = t;
            SawBegin = Opens(s);
        }
        End = t;
        x.Segments++;
        if (s.Flags.Has(TcpFlags.Rst))
        {
            Reset(s, t, x, y);
            return false;
        }
        bool again = Numbers(s, t, x);
        if (s.Flags.Has(TcpFlags.Ack))
            Acknowledges(s, t, x, y);
        if (s.Flags.Has(TcpFlags.Fin))
            Finishes(s, t, x);
        return again;
    }

    private static bool Numbers(in TcpSegment s, long t, EndMoments x)
    {
        uint end = s.Seq + s.Span;
        bool again = s.Span > 0 && x.Next is { } next && (int)(end - next) <= 0;
        if (s.Flags.Has(TcpFlags.Syn))
        {
            if (x.Isn is null || s.Seq == x.Isn)
            {
                x.Isn = s.Seq;
                if (!s.Flags.Has(TcpFlags.Ack))
                    x.Syn ??= t;
                else
                    (x.SynAck, x.LastSynAck, x.SynAcked) = (x.SynAck ?? t, t, null);
            }
        }
        else
        {
            x.First ??= t;
            if (s.Span > 0 && !again)
                x.LastNew = t;
        }
        if (s.Length > 0)
            x.Octets += x.Next is { } before ? Math.Clamp((int)(end - before), 0, s.Length) : s.Length;
        if (x.Next is not { } known || (int)(end - known) > 0)
            x.Next = end;
        if (again)
            x.Retransmissions++;
        return again;
    }

    private static void Acknowledges(in TcpSegment s, long t, EndMoments x, EndMoments y)
    {
        if (x.Acknowledges is not { } before || (int)(s.Ack - before) > 0)
            x.Acknowledges = s.Ack;
        if (y.Isn is { } isn && (int)(s.Ack - (isn + 1)) >= 0 && y.IsUpTo(s.Ack))
        {
            x.AcksSyn ??= t;
            if (y.SynAck is not null && !s.Flags.Has(TcpFlags.Syn))
                y.SynAcked ??= t;
        }
        if (y.Fin is null || (int)(s.Ack - y.FinEnd) < 0)
            return;
        if (x.AcksFin is not null && y.FinOpen)
            x.AcksFinAgain = t;
        x.AcksFin ??= t;
        x.Came ??= (y.LastFin!.Value, y.LastFinAcksFin);
        if (y.FinOpen || y.FinAcked is null)
            (y.FinAcked, y.FinOpen) = (t, false);
        if (s.Length > 0 && x.Fin is null)
            x.SentAfterPeersFin = true;
    }

    private static void Finishes(in TcpSegment s, long t, EndMoments x)
    {
        if (x.Fin is null)
        {
            (x.Fin, x.FinEnd) = (t, s.Seq + s.Span);
            x.FinAcksFin = x.AcksFin is not null;
        }
        // Sent again after its acknowledgment: that one may not have arrived, and the next counts.
        (x.LastFin, x.FinOpen, x.LastFinAcksFin) = (t, true, x.AcksFin is not null);
    }

    // RFC 9293, 3.10.7 and RFC 5961, 3: what a RST ends, and what it does not.
    private static void Reset(in TcpSegment s, long t, EndMoments x, EndMoments y)
    {
        if (x.Rst is not null)
            return;
        bool ack = s.Flags.Has(TcpFlags.Ack);
        // One that answers a segment whose acknowledgment nobody sent for: a socket in SYN-SENT stays in it (RFC 9293, 3.10.7.3).
        if (x.Syn is not null && x.AcksSyn is null && !ack)
            return;
        // One that answers a SYN has its number from there, and its acknowledgment must be the SYN's.
        bool refuses = y.Syn is not null && y.AcksSyn is null && x.Isn is null;
        if (refuses && !(ack && y.Isn is { } isn && s.Ack == isn + 1))
            return;
        // Otherwise the peer takes it only at the number that it expects next.
        if (
            !refuses
            && y.Acknowledges is { } expected
            && s.Seq != expected
            && !(x.Next is { } next && (int)(s.Seq - expected) >= 0 && (int)(next - s.Seq) >= 0)
        )
        {
            return;
        }

        (x.Rst, x.RstHasAck) = (t, ack);
    }
}
