using Microsoft.AspNetCore.SignalR.Client;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>Growing pauses from 0.25 s to 5 s with jitter, so that a room full of browsers does not come back in one instant.</summary>
internal sealed class RetryForEver : IRetryPolicy
{
    public TimeSpan? NextRetryDelay(RetryContext retryContext) => Pause(retryContext.PreviousRetryCount);

    public static TimeSpan Pause(long tries) =>
        TimeSpan.FromSeconds(Math.Min(5, 0.25 * Math.Pow(1.7, Math.Min(tries, 10))) * (0.75 + 0.5 * Random.Shared.NextDouble()));
}
