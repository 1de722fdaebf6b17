using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The clocks of hosts on other machines: tightened by the segments of the open run, and told in its log.</summary>
internal sealed partial class LabGrain
{
    private SegmentFlights _flights = new();

    private bool OneClock => _client.Facts is { } client && _server.Facts is { } server && client.SharesClockWith(server);

    private void BeginClocks(long now)
    {
        _flights.BeginRun();
        foreach (AgentSeat seat in Seats)
            seat.BeginRun(now);
    }

    /// <summary>How well the clocks of other machines are known when a run begins; without it a reader of the log could only guess.</summary>
    private void TellClocks(RunLog run)
    {
        foreach (AgentSeat seat in Seats.Where(s => s.Told.Uncertainty > 0))
            run.Append(new ClockEvent { Host = seat.Name, Source = EventSource.Lab, Uncertainty = seat.Told.Uncertainty });
    }

    /// <summary>A segment with the time of its host's own clock.</summary>
    private void Follow(AgentSeat seat, SegmentEvent segment)
    {
        if (OneClock || _client.Measured is not { } client || _server.Measured is not { } server)
            return;
        long at = segment.T + seat.PlacedBy;
        if (_flights.Take(segment, at, client.Aged(at).Interval - server.Aged(at).Interval))
            FitClocks();
    }

    private void FitClocks()
    {
        if (_client.Measured is not { } client || _server.Measured is not { } server)
            return;
        long now = Now;
        (ClockInterval difference, ClockInterval order) = OneClock ? (default, default) : (_flights.Difference(now), _flights.Order);
        (client, server) = ClockFit.Tighten(client.Aged(now), server.Aged(now), difference, order);
        _client.Tighten(client);
        _server.Tighten(server);
        bool mended = order.Holds(client.Offset - server.Offset) && !order.Holds(_client.Told.Offset - _server.Told.Offset);
        Tell(_client, client, now, mended);
        Tell(_server, server, now, mended);
    }

    // Once for each tenth less of uncertainty over the whole run, of which all is placed by one offset; where what was told is contradicted; and where it has a segment arrive before it was sent.
    private void Tell(AgentSeat seat, ClockEstimate clock, long now, bool mended)
    {
        if (_run is not { } run || _over is not null)
            return;
        long told = seat.Told.UncertaintyOver(run.Zero, seat.SeenUntil), better = clock.UncertaintyOver(run.Zero, seat.SeenUntil);
        bool contradicted = Math.Abs(clock.Offset - seat.Told.Offset) > seat.Told.Aged(now).Uncertainty;
        if (better >= told - told / 10 && !contradicted && !(mended && clock.Offset != seat.Told.Offset))
            return;
        seat.Told = clock;
        run.Append(new ClockEvent { T = now - run.Zero, Host = seat.Name, Source = EventSource.Lab, Shift = clock.Offset - seat.PlacedBy, Uncertainty = clock.Uncertainty });
        Changed();
    }

    /// <summary>How far times of a host may be off: those of the open run, all placed by one offset; without one, those of now. Null while its clock was not measured.</summary>
    private long? ClockUncertainty(AgentSeat seat, long now) => seat.Clock is not { } clock ? null
        : _run is { } run && _over is null ? seat.Told.UncertaintyOver(run.Zero, seat.SeenUntil)
        : clock.Aged(now).Uncertainty;
}
