namespace ReuseAddrDashboard.Server.Labs;

internal enum TryingEnd : byte
{
    /// <summary>An attempt said that it is enough.</summary>
    Enough,

    /// <summary>The time was up.</summary>
    Late,

    /// <summary>Somebody stopped it, between two attempts.</summary>
    Stopped,
}

/// <summary>Makes attempts that begin a second apart.</summary>
internal static class OnceASecond
{
    public static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    /// <param name="attempt">Makes one attempt; true when it is enough. It is never cut short.</param>
    /// <param name="limit">No attempt begins later than this after the first.</param>
    /// <param name="stop">Ends the wait between two attempts.</param>
    public static async Task<TryingEnd> Try(Func<Task<bool>> attempt, TimeSpan limit, TimeProvider time, CancellationToken stop)
    {
        long began = time.GetTimestamp();
        for (TimeSpan next = TimeSpan.Zero; ; next += Apart)
        {
            // An attempt that took longer than a second leaves out the beginnings it has missed.
            TimeSpan passed = time.GetElapsedTime(began);
            while (next < passed)
                next += Apart;
            if (next > limit)
                return TryingEnd.Late;
            try
            {
                if (next > passed)
                    await Task.Delay(next - passed, time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return TryingEnd.Stopped;
            }
            if (stop.IsCancellationRequested)
                return TryingEnd.Stopped;
            if (await attempt())
                return TryingEnd.Enough;
        }
    }
}
