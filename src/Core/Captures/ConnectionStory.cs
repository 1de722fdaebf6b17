using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Who closed a connection first, as far as its segments show.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<ClosedFirst>))]
public enum ClosedFirst : byte
{
    /// <summary>Nobody did in this capture.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("nobody")]
    Nobody,

    /// <summary>End A sent the first FIN.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("a")]
    A,

    /// <summary>End B did.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("b")]
    B,

    /// <summary>Both FINs crossed: neither acknowledges the other.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("both")]
    Both,

    /// <summary>A RST, and no FIN before it.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("reset")]
    Reset,

    /// <summary>The SYN was answered by a RST.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The SYN was never answered.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("unanswered")]
    Unanswered,

    /// <summary>One FIN alone was seen of a connection whose begin is missing: the other may have been before.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>What the inferred states of a connection come to: who closed first, and why its port is in TIME-WAIT, or is not.</summary>
internal static class ConnectionStory
{
    /// <summary>Who closed first. Told by what the FINs acknowledge, not by when they were seen: that is true wherever the capture was taken.</summary>
    public static ClosedFirst Closed(ConnectionMoments c)
    {
        (EndMoments a, EndMoments b) = (c.A, c.B);
        if (a.Rst is not null && b.Syn is not null && b.AcksSyn is null || b.Rst is not null && a.Syn is not null && a.AcksSyn is null)
            return ClosedFirst.Refused;
        if (a.Fin is { } aFin && b.Fin is { } bFin)
        {
            return (a.FinAcksFin, b.FinAcksFin) switch
            {
                (false, true) => ClosedFirst.A,
                (true, false) => ClosedFirst.B,
                (false, false) => ClosedFirst.Both,
                _ => aFin <= bFin ? ClosedFirst.A : ClosedFirst.B,
            };
        }
        if ((a.Fin ?? b.Fin) is not null)
        {
            // Of a FIN whose begin is missing nobody knows whether it was the second, unless the other end sent on after it.
            bool isA = a.Fin is not null;
            (EndMoments x, EndMoments y) = isA ? (a, b) : (b, a);
            return c.SawBegin || y.LastNew is not null || x.AcksSyn is not null
                ? isA
                    ? ClosedFirst.A
                    : ClosedFirst.B
                : ClosedFirst.Unknown;
        }
        if (a.Rst is not null || b.Rst is not null)
            return ClosedFirst.Reset;
        return c.SawBegin && a.Syn is not null && b.Segments == 0 || c.SawBegin && b.Syn is not null && a.Segments == 0
            ? ClosedFirst.Unanswered
            : ClosedFirst.Nobody;
    }

    /// <summary>The answer to "who closed first".</summary>
    /// <param name="c">What passed.</param>
    /// <param name="a">What the page calls end A.</param>
    /// <param name="b">And end B.</param>
    public static Message WhoClosed(ConnectionMoments c, string a, string b) =>
        Closed(c) switch
        {
            ClosedFirst.A => First(c, c.A, c.B, a, b),
            ClosedFirst.B => First(c, c.B, c.A, b, a),
            ClosedFirst.Both => Message.Of("captures.closed.both", ("one", a), ("other", b)),
            ClosedFirst.Reset => c.A.Rst is not null && !(c.B.Rst < c.A.Rst)
                ? Message.Of("captures.closed.reset", ("host", a), ("other", b))
                : Message.Of("captures.closed.reset", ("host", b), ("other", a)),
            ClosedFirst.Refused => c.A.Rst is not null
                ? Message.Of("captures.closed.refused", ("host", a), ("other", b))
                : Message.Of("captures.closed.refused", ("host", b), ("other", a)),
            ClosedFirst.Unanswered => c.A.Syn is not null
                ? Message.Of("captures.closed.unanswered", ("host", a), ("other", b))
                : Message.Of("captures.closed.unanswered", ("host", b), ("other", a)),
            ClosedFirst.Unknown => c.A.Fin is not null
                ? Message.Of("captures.closed.unknown", ("host", a), ("other", b))
                : Message.Of("captures.closed.unknown", ("host", b), ("other", a)),
            _ => new("captures.closed.nobody"),
        };

    /// <summary>Why the port is in TIME-WAIT after the connection, or is not; each sentence a message, the most important first.</summary>
    /// <param name="c">What passed.</param>
    /// <param name="a">What the page calls end A.</param>
    /// <param name="b">And end B.</param>
    /// <param name="captureEnd">The last moment of the capture.</param>
    /// <param name="next">When the same ends were used again, and by which connection; null for never.</param>
    public static IReadOnlyList<Message> WhyTimeWait(ConnectionMoments c, string a, string b, long captureEnd, (long T, int Number)? next)
    {
        if (c.IsSelf)
            return [new("captures.time-wait.self")];
        var all = new List<Message>();
        IReadOnlyList<InferredChange> changes = InferredStates.Of(c);
        bool waitsA = changes.Any(s => s is { OfA: true, To: TcpState.TimeWait }),
            waitsB = changes.Any(s => s is { OfA: false, To: TcpState.TimeWait });
        if (waitsA && waitsB)
            all.Add(Message.Of("captures.time-wait.both", ("one", a), ("other", b)));
        else if (waitsA || waitsB)
            all.Add(Message.Of("captures.time-wait.first-closer", ("host", waitsA ? a : b), ("end", waitsA ? c.EndA : c.EndB), ("other", waitsA ? b : a)));
        else
            all.Add(WhyNot(c, changes, a, b));
        foreach (bool ofA in (bool[])[true, false])
        {
            if (ofA ? waitsA : waitsB)
                all.AddRange(HowLong(changes, ofA, ofA ? a : b, c, captureEnd, next));
        }
        if (!c.SawBegin)
            all.Add(new("captures.time-wait.began-before"));
        return all;
    }

    private static Message First(ConnectionMoments c, EndMoments x, EndMoments y, string host, string other) =>
        Message.Of(
            y.Fin is null ? "captures.closed.first-alone"
                : y.SentAfterPeersFin ? "captures.closed.first-half"
                : "captures.closed.first",
            ("host", host),
            ("other", other),
            ("fin", x.Fin - c.Begin)
        );

    private static Message WhyNot(ConnectionMoments c, IReadOnlyList<InferredChange> changes, string a, string b)
    {
        switch (Closed(c))
        {
            case ClosedFirst.Refused:
                return new("captures.time-wait.refused");
            case ClosedFirst.Unanswered:
                return new("captures.time-wait.unanswered");
            case ClosedFirst.Reset:
                return Message.Of("captures.time-wait.reset", ("host", c.A.Rst is not null && !(c.B.Rst < c.A.Rst) ? a : b));
            case ClosedFirst.Nobody:
                return new("captures.time-wait.open");
            case ClosedFirst.Unknown:
                return new("captures.time-wait.unknown");
        }
        if (c.A.Rst is not null || c.B.Rst is not null)
            return Message.Of("captures.time-wait.reset-after-fin", ("host", c.A.Rst is not null && !(c.B.Rst < c.A.Rst) ? a : b));
        foreach (bool ofA in (bool[])[true, false])
        {
            (string host, string other) = ofA ? (a, b) : (b, a);
            switch (InferredStates.Last(changes, ofA, out _))
            {
                case TcpState.FinWait1:
                    return Message.Of("captures.time-wait.fin-wait-1", ("host", host), ("other", other));
                case TcpState.FinWait2:
                    return Message.Of("captures.time-wait.fin-wait-2", ("host", host), ("other", other));
                case TcpState.Closing:
                    return Message.Of("captures.time-wait.closing", ("host", host), ("other", other));
            }
        }
        return new("captures.time-wait.unknown");
    }

    private static IEnumerable<Message> HowLong(
        IReadOnlyList<InferredChange> changes,
        bool ofA,
        string host,
        ConnectionMoments c,
        long captureEnd,
        (long T, int Number)? next
    )
    {
        InferredChange last = changes.Last(s => s.OfA == ofA && s.To == TcpState.TimeWait);
        long begin = last.T - c.Begin,
            until = last.T + InferredStates.TimeWait;
        if (last.Restarts)
            yield return Message.Of("captures.time-wait.restarted", ("host", host), ("at", begin));
        if (changes.LastOrDefault(s => s.OfA == ofA) is { To: null, T: var reset })
            yield return Message.Of("captures.time-wait.ended-by-reset", ("host", host), ("at", reset - c.Begin));
        else if (next is { } again && again.T < until)
            yield return Message.Of("captures.time-wait.reused", ("host", host), ("after", again.T - last.T), ("number", again.Number));
        else if (captureEnd >= until)
            yield return Message.Of("captures.time-wait.over", ("host", host), ("from", begin), ("until", until - c.Begin));
        else
            yield return Message.Of("captures.time-wait.lasts", ("host", host), ("from", begin), ("until", until - c.Begin), ("left", until - captureEnd));
    }
}
