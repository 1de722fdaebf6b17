using System.Diagnostics;

namespace ReuseAddrDashboard.EndToEnd;

internal static class Wait
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is yes; after the limit fails with what <paramref name="otherwise"/> says.</summary>
    public static async Task Until(Func<Task<bool>> condition, TimeSpan limit, Func<string> otherwise)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                throw new TimeoutException(otherwise());
            await Task.Delay(Step, TimeProvider.System);
        }
    }
}
