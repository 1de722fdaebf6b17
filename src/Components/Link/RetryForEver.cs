using Microsoft.AspNetCore.SignalR.Client;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>Comes back with growing pauses for as long as it takes, and not together with a whole room of browsers.</summary>
internal sealed class RetryForEver : IRetryPolicy
{
    private readonly BackOff _pauses = new(Random.Shared);

    public TimeSpan? NextRetryDelay(RetryContext retryContext)
    {
        if (retryContext.PreviousRetryCount == 0)
            _pauses.Reset();
        return _pauses.Next();
    }
}
