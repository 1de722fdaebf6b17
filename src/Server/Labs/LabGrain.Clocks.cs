using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The clocks of hosts on other machines: tightened by the segments of the open run, and told in its log.</summary>
internal sealed partial class LabGrain
{
    private SegmentFlights _flights = new();

    private bool OneClock => _client.Facts is { } client && _server.Facts is { } server && client.SharesClockWith(server);

    private void BeginClocks()
    {
        _flights = new();
        foreach (AgentSeat seat in Seats)
            seat.BeginRun();
    }

    /// <summary>A segment with the time of its host's own clock.</summary>
    private void Follow(SegmentEvent segment)
    {
        if (OneClock || _client.Measured is not { } client || _server.Measured is not { } server)
            return;
        if (_flights.Take(segment, client.Interval - server.Interval))
            FitClocks();
    }

    private void FitClocks()
    {
        if (_client.Measured is not { } client || _server.Measured is not { } server)
            return;
        (client, server) = ClockFit.Tighten(client, server, OneClock ? default : _flights.Difference);
        _client.Tighten(client);
        _server.Tighten(server);
        Tell(_client, client);
        Tell(_server, server);
    }

    // Once for each tenth less of uncertainty, and where what was told is contradicted.
    private void Tell(AgentSeat seat, ClockEstimate clock)
    {
        bool tighter = clock.Uncertainty < seat.Told.Uncertainty - seat.Told.Uncertainty / 10, contradicted = Math.Abs(clock.Offset - seat.Told.Offset) > seat.Told.Uncertainty;
        if (_run is not { } run || _over is not null || !tighter && !contradicted)
            return;
        seat.Told = clock;
        run.Append(new ClockEvent { T = Now - run.Zero, Host = seat.Name, Source = EventSource.Lab, Shift = clock.Offset - seat.PlacedBy, Uncertainty = clock.Uncertainty });
        Changed();
    }
}
