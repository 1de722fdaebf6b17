namespace ReuseAddrDashboard.Server.Labs;

/// <summary>A clock's distance from the lab's and how far that may be wrong, both in nanoseconds.</summary>
internal readonly record struct ClockEstimate(long Offset, long Uncertainty)
{
    public ClockInterval Interval => ClockInterval.Around(Offset, Uncertainty);
}

/// <summary>
/// The clocks of two hosts from what was measured over each one's link and from segments that passed between them: no segment arrives before it was sent, in either direction.
/// </summary>
internal static class ClockFit
{
    /// <summary>The best estimates that keep every segment's arrival after its sending; those given where the two contradict each other.</summary>
    /// <param name="client">By the round trips to the client's agent.</param>
    /// <param name="server">By the round trips to the server's agent.</param>
    /// <param name="difference">The client's offset less the server's, by segments.</param>
    public static (ClockEstimate Client, ClockEstimate Server) Tighten(ClockEstimate client, ClockEstimate server, ClockInterval difference)
    {
        ClockInterval c = client.Interval & (server.Interval + difference), s = server.Interval & (client.Interval - difference);
        if (!c.IsPossible || !s.IsPossible)
            return (client, server);
        // Of both intervals every value has a partner in the other: the server takes its middle, the client what fits to it.
        long serverAt = s.Middle, clientAt = Math.Clamp(c.Middle, serverAt + difference.Least, serverAt + difference.Most);
        return (Within(c, clientAt), Within(s, serverAt));
    }

    private static ClockEstimate Within(ClockInterval i, long at) => new(at, Math.Max(at - i.Least, i.Most - at));
}
