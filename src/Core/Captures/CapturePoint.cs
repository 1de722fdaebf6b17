using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Where a capture was taken, as far as it shows: at one of the ends, near one, or anywhere. A segment has one time, that of this point.</summary>
internal static class CapturePoint
{
    /// <summary>Nanoseconds of the longer way at least, and so many times the shorter: less tells nothing.</summary>
    private const long Least = 1_000_000,
        Times = 5;

    /// <summary>What is to be told of it.</summary>
    /// <param name="flow">The connection.</param>
    /// <param name="a">What the page calls end A.</param>
    /// <param name="b">And end B.</param>
    public static Message Tell(FileFlow flow, string a, string b)
    {
        // What left the capturing machine says which end is there; where both ends' segments left it, it passed them on, or has both.
        bool hereA = flow.Outbound.A > 0 || flow.Inbound.B > 0 && flow.Inbound.A == 0,
            hereB = flow.Outbound.B > 0 || flow.Inbound.A > 0 && flow.Inbound.B == 0;
        if (hereA && !hereB)
            return Message.Of("captures.where.at", ("host", a), ("other", b));
        if (hereB && !hereA)
            return Message.Of("captures.where.at", ("host", b), ("other", a));
        if (flow.Moments is { A: { Syn: { } syn, AcksSyn: { } ack }, B.SynAck: { } answer } && ack >= answer && answer >= syn)
        {
            // From SYN to SYN+ACK is the way to B and back, from SYN+ACK to ACK that to A and back.
            long toB = answer - syn,
                toA = ack - answer;
            if (toB > Least && toB > toA * Times)
                return Message.Of("captures.where.near", ("host", a), ("other", b), ("there", toB), ("here", toA));
            if (toA > Least && toA > toB * Times)
                return Message.Of("captures.where.near", ("host", b), ("other", a), ("there", toA), ("here", toB));
        }
        return new("captures.where.unknown");
    }
}
