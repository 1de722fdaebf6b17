using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>A clock's distance from the lab's and how far that may be wrong, both in nanoseconds.</summary>
/// <param name="At">When it was so, in nanoseconds of the lab's clock; null for the lab's own clock, of which it is so at all times.</param>
internal readonly record struct ClockEstimate(long Offset, long Uncertainty, long? At = null)
{
    public ClockInterval Interval => ClockInterval.Around(Offset, Uncertainty);

    /// <summary>The same at another time, earlier or later: less sure.</summary>
    public ClockEstimate Aged(long at) => At is { } then ? new(Offset, Uncertainty + ClockDrift.Over(at - then), at) : this;

    /// <summary>How far times between these two may be off when all are placed by this one offset.</summary>
    public long UncertaintyOver(long from, long to) => Math.Max(Aged(from).Uncertainty, Aged(to).Uncertainty);
}

/// <summary>
/// The clocks of two hosts from what was measured over each one's link and from segments that passed between them: no segment arrives before it was sent, in either direction.
/// All as of one time.
/// </summary>
internal static class ClockFit
{
    /// <summary>The best estimates that keep every segment's arrival after its sending; those given where the two contradict each other.</summary>
    /// <param name="client">By the round trips to the client's agent.</param>
    /// <param name="server">By the round trips to the server's agent.</param>
    /// <param name="difference">The client's offset less the server's, by segments.</param>
    /// <param name="order">Where in it all that was seen is in order, if that is possible; it makes nothing more certain.</param>
    public static (ClockEstimate Client, ClockEstimate Server) Tighten(ClockEstimate client, ClockEstimate server, ClockInterval difference, ClockInterval order)
    {
        (ClockInterval c, ClockInterval s) = Both(difference);
        if (!c.IsPossible || !s.IsPossible)
            return (client, server);
        ClockInterval ordered = difference & order;
        (ClockInterval clientWithin, ClockInterval serverWithin) = Both(ordered);
        if (!ordered.IsPossible || !clientWithin.IsPossible || !serverWithin.IsPossible)
            (ordered, clientWithin, serverWithin) = (difference, c, s);
        // Of both intervals every value has a partner in the other: the server takes its middle, the client what fits to it.
        long serverAt = serverWithin.Middle, clientAt = Math.Clamp(clientWithin.Middle, serverAt + ordered.Least, serverAt + ordered.Most);
        return (Within(c, clientAt, client.At), Within(s, serverAt, server.At));

        (ClockInterval Client, ClockInterval Server) Both(ClockInterval apart) => (client.Interval & (server.Interval + apart), server.Interval & (client.Interval - apart));
    }

    private static ClockEstimate Within(ClockInterval i, long offset, long? at) => new(offset, Math.Max(offset - i.Least, i.Most - offset), at);
}
