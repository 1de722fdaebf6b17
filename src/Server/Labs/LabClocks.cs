using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// The clocks of hosts on other machines: tightened by the segments that pass between any two of them, and told in the logs of the open runs.
/// </summary>
internal sealed class LabClocks(Lab lab)
{
    private readonly Dictionary<(string First, string Other), SegmentFlights> _flights = [];

    /// <summary>Settles how the events of a new run are placed, and tells how well that is known; without it a reader of the log could only guess.</summary>
    public void BeginRun(LabRun run)
    {
        if (lab.Runs.All(r => r == run || r.Over is not null))
        {
            foreach (SegmentFlights flights in _flights.Values)
                flights.BeginRun();
        }
        foreach (AgentSeat seat in lab.Seats.Where(s => s.Facts is not null))
        {
            var clock = new RunClock((seat.Clock ?? default).Aged(run.Zero), run.Zero);
            run.Clocks[seat.Name] = clock;
            if (clock.Told.Uncertainty > 0)
                run.Append(new ClockEvent { Host = seat.Name, Uncertainty = clock.Told.Uncertainty });
        }
    }

    /// <summary>The host counts another clock from now on.</summary>
    public void Forget(string host)
    {
        foreach (var pair in _flights.Keys.Where(p => p.First == host || p.Other == host).ToArray())
            _flights.Remove(pair);
    }

    /// <summary>Takes a segment with the time of its host's own clock.</summary>
    public void Follow(AgentSeat seat, SegmentEvent segment)
    {
        // The other end: the host that has that address, or in a lab of two the other one.
        AgentSeat? other =
            lab.HostWith(segment.Sent is not null ? segment.To : segment.From) ?? (lab.Seats.Count == 2 ? lab.Seats.First(s => s != seat) : null);
        if (other is null || other == seat || Share(seat, other) || seat.Measured is not { } own || other.Measured is not { } its)
            return;
        (AgentSeat first, AgentSeat second) = InOrder(seat, other);
        long at = segment.T + (seat.Clock?.Offset ?? 0);
        ClockInterval difference = first == seat ? own.Aged(at).Interval - its.Aged(at).Interval : its.Aged(at).Interval - own.Aged(at).Interval;
        if (Flights(first, second).Add(segment, at, difference))
            Fit();
    }

    /// <summary>Makes the best of all that is known, and tells it where it is worth it.</summary>
    public void Fit()
    {
        long now = lab.Now;
        Dictionary<AgentSeat, ClockEstimate> best = lab.Seats.Where(s => s.Measured is not null).ToDictionary(s => s, s => s.Measured!.Value.Aged(now));
        var orders = new List<(AgentSeat First, AgentSeat Other, ClockInterval Consistent)>();
        foreach ((AgentSeat first, AgentSeat other) in Pairs().Where(p => best.ContainsKey(p.First) && best.ContainsKey(p.Other)))
        {
            bool one = Share(first, other);
            SegmentFlights? flights = one ? null : _flights.GetValueOrDefault((first.Name, other.Name));
            if (!one && flights is null)
                continue;
            ClockInterval difference = flights?.Difference(now) ?? default,
                order = flights?.Consistent ?? default;
            (best[first], best[other]) = ClockFit.Tighten(best[first], best[other], difference, order);
            orders.Add((first, other, order));
        }
        foreach ((AgentSeat seat, ClockEstimate clock) in best)
            seat.Tighten(clock);
        foreach (LabRun run in lab.Runs.Where(r => r.Over is null))
        {
            foreach (AgentSeat seat in best.Keys)
                LogClock(run, seat, best[seat], orders);
        }
    }

    /// <summary>
    /// How far times of a host may be off: those of the open runs, each placed by one offset; without one, those of now. Null while its clock was not measured.
    /// </summary>
    public long? Uncertainty(AgentSeat seat, long now)
    {
        if (seat.Clock is not { } clock)
            return null;
        long[] open =
        [
            .. lab
                .Runs.Where(r => r.Over is null && r.Clocks.ContainsKey(seat.Name))
                .Select(r => r.Clocks[seat.Name].Told.UncertaintyOver(r.Zero, r.Clocks[seat.Name].SeenUntil)),
        ];
        return open.Length > 0 ? open.Max() : clock.Aged(now).Uncertainty;
    }

    // Once for each tenth less of uncertainty over the whole run, of which all is placed by one offset; where what was told is contradicted; and where it has a
    // segment arrive before it was sent.
    private void LogClock(LabRun run, AgentSeat seat, ClockEstimate clock, IReadOnlyList<(AgentSeat First, AgentSeat Other, ClockInterval Consistent)> orders)
    {
        if (!run.Clocks.TryGetValue(seat.Name, out RunClock? known))
            return;
        long told = known.Told.UncertaintyOver(run.Zero, known.SeenUntil),
            better = clock.UncertaintyOver(run.Zero, known.SeenUntil);
        bool contradicted = Math.Abs(clock.Offset - known.Told.Offset) > known.Told.Aged(lab.Now).Uncertainty;
        bool mended =
            clock.Offset != known.Told.Offset
            && orders.Any(o =>
                (o.First == seat || o.Other == seat)
                && o.First.Clock is { } f
                && o.Other.Clock is { } s
                && o.Consistent.Holds(f.Offset - s.Offset)
                && run.Clocks.TryGetValue(o.First.Name, out RunClock? first)
                && run.Clocks.TryGetValue(o.Other.Name, out RunClock? other)
                && !o.Consistent.Holds(first.Told.Offset - other.Told.Offset)
            );
        if (better >= told - told / 10 && !contradicted && !mended)
            return;
        known.Told = clock;
        run.Append(
            new ClockEvent
            {
                T = run.T(lab.Now),
                Host = seat.Name,
                Shift = clock.Offset - known.PlacedBy,
                Uncertainty = clock.Uncertainty,
            }
        );
        lab.Changed();
    }

    private static bool Share(AgentSeat one, AgentSeat other) => one.Facts is { } a && other.Facts is { } b && a.SharesClockWith(b);

    private SegmentFlights Flights(AgentSeat first, AgentSeat other)
    {
        if (!_flights.TryGetValue((first.Name, other.Name), out SegmentFlights? flights))
            _flights[(first.Name, other.Name)] = flights = new(first.Name);
        return flights;
    }

    private (AgentSeat First, AgentSeat Other) InOrder(AgentSeat one, AgentSeat other) =>
        Pairs().First(p => (p.First, p.Other) == (one, other) || (p.First, p.Other) == (other, one));

    private IEnumerable<(AgentSeat First, AgentSeat Other)> Pairs()
    {
        for (int i = 0; i < lab.Seats.Count; i++)
        {
            for (int j = i + 1; j < lab.Seats.Count; j++)
                yield return (lab.Seats[i], lab.Seats[j]);
        }
    }
}
