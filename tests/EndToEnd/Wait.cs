using System.Diagnostics;

namespace ReuseAddrDashboard.EndToEnd;

internal static class Wait
{
    /// <summary>How long anything may take that is not about time: a virtual machine whose host is busy stands still for a minute and more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>How busy this machine is: what most often is the matter where something does not come.</summary>
    public static string Machine =>
        string.Join(
            '\n',
            ((string[])["/proc/loadavg", "/proc/pressure/cpu", "/proc/pressure/io", "/proc/pressure/memory"])
                .Where(File.Exists)
                .Select(f => $"{f}: {File.ReadLines(f).First()}")
        );

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
