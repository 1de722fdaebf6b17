using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>One of the lab's places for an agent: who sits there and what is known of its clock.</summary>
internal sealed class AgentSeat(string name)
{
    /// <summary>The role.</summary>
    public string Name { get; } = name;

    public string? Connection { get; private set; }

    public string? Instance { get; private set; }

    public HostFacts? Facts { get; private set; }

    /// <summary>The highest item number that the lab holds of <see cref="Instance"/>.</summary>
    public long Acknowledged { get; set; }

    /// <summary>What the round trips to the agent say of its clock; null while there was none.</summary>
    public ClockEstimate? Measured { get; private set; }

    /// <summary>
    /// The best that is known of the clock: nanoseconds to add to the host's CLOCK_MONOTONIC to get the server's. Exactly 0 when the two are one clock, null
    /// while not measured.
    /// </summary>
    public ClockEstimate? Clock { get; private set; }

    /// <summary>When the agent last said anything, in nanoseconds of the lab's clock.</summary>
    public long HeardAt { get; set; }

    public bool Connected => Connection is not null;

    /// <summary>True once the agent has answered an order on its present link: it has started and takes orders.</summary>
    public bool Answers { get; set; }

    /// <summary>True once the agent has said that it is ending: it tells what it still does, and takes no order.</summary>
    public bool Ending { get; set; }

    /// <summary>Connected, takes orders, and what it reports can be placed in time.</summary>
    public bool Ready => Connected && Answers && !Ending && Clock is not null;

    /// <summary>Seats an agent. A new instance has lost its sockets and every order given to the old one.</summary>
    /// <returns>True when it does not count the clock of the one before, so that nothing is known of its clock.</returns>
    public bool Occupy(string connection, AgentHello hello)
    {
        // One process counts one clock, also where it cannot say which.
        bool otherClock = hello.Instance != Instance && Facts?.SharesClockWith(hello.Facts) is not true;
        if (hello.Instance != Instance)
            Acknowledged = 0;
        if (otherClock)
            Measured = Clock = null;
        Answers = Ending = false;
        (Connection, Instance, Facts) = (connection, hello.Instance, hello.Facts);
        return otherClock;
    }

    /// <summary>Takes a measurement of the clock, unless what it has is still better.</summary>
    public void Measure(ClockEstimate measured)
    {
        if (Measured is { } old && measured.At is { } now && measured.Uncertainty > old.Aged(now).Uncertainty)
            return;
        Measured = measured;
        Clock ??= measured;
    }

    /// <summary>Takes the best that is known by now.</summary>
    public void Tighten(ClockEstimate clock) => Clock = clock;

    public void Leave() => Connection = null;
}
