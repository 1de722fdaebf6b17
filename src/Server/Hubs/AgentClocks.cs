using Microsoft.AspNetCore.SignalR;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>
/// Measures how far the clock of another machine's agent is from this one's: it asks over the link, and the fastest answer bounds the error by half its
/// round trip (Cristian's algorithm). Asked again from time to time; the lab keeps the best.
/// </summary>
internal sealed class AgentClocks(IHubContext<AgentHub, IAgentClient> agents, IGrainFactory grains, TimeProvider time, ILogger<AgentClocks> logger)
{
    private const int Questions = 16;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    /// <summary>Measures until the connection ends.</summary>
    public void Follow(string lab, string connection, CancellationToken ended) => _ = Run(lab, connection, ended);

    private async Task Run(string lab, string connection, CancellationToken ended)
    {
        // Hello must have returned first: a connection runs one call at a time.
        await Task.Yield();
        try
        {
            while (true)
            {
                await MeasureAndTell(lab, connection, ended);
                await Task.Delay(Again, time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            AgentClocksLog.Ended(logger, connection);
        }
    }

    // What failed may succeed the next time: until then the lab has the estimate from before, which ages, or none, and a host without one is not ready.
    private async Task MeasureAndTell(string lab, string connection, CancellationToken ended)
    {
        try
        {
            ClockEstimate clock = await Measure(agents.Clients.Client(connection));
            await grains.GetGrain<ILabGrain>(lab).AgentClock(connection, clock.Offset, clock.Uncertainty);
        }
        catch (Exception e) when (e is HubException or IOException or InvalidOperationException or TimeoutException)
        {
            if (!ended.IsCancellationRequested)
                AgentClocksLog.Failed(logger, e, connection, Again.TotalSeconds);
        }
    }

    private async Task<ClockEstimate> Measure(IAgentClient agent)
    {
        ClockEstimate best = new(0, long.MaxValue);
        long now = 0;
        for (int i = 0; i < Questions; i++)
        {
            long before = LocalClock.Nanoseconds(time);
            long there = await agent.Monotonic();
            now = LocalClock.Nanoseconds(time);
            long half = (now - before) / 2;
            if (half < best.Uncertainty)
                best = new(before + half - there, half, now);
        }
        return best.Aged(now);
    }
}

internal static partial class AgentClocksLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The clock of {Connection} is not followed any more: it left")]
    public static partial void Ended(ILogger logger, string connection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clock of {Connection} could not be measured; it is asked again in {Seconds} s")]
    public static partial void Failed(ILogger logger, Exception fault, string connection, double seconds);
}
