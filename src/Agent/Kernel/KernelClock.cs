using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>The kernel's clocks in nanoseconds.</summary>
internal static unsafe class KernelClock
{
    /// <summary>CLOCK_MONOTONIC: the time of every event.</summary>
    public static long Monotonic() => Read(Constants.CLOCK_MONOTONIC);

    /// <summary>CPU time that the calling thread has used.</summary>
    public static long ThreadCpu() => Read(Constants.CLOCK_THREAD_CPUTIME_ID);

    /// <summary>CPU time that the process has used.</summary>
    public static long ProcessCpu() => Read(Constants.CLOCK_PROCESS_CPUTIME_ID);

    /// <summary>CONFIG_HZ: CLOCK_MONOTONIC_COARSE advances once a tick, and clock_getres(2) tells by how much. 0 where the kernel does not say.</summary>
    public static int KernelHz()
    {
        TimeSpec tick;
        return Libc.ClockGetRes(Constants.CLOCK_MONOTONIC_COARSE, &tick) == 0 && tick is { Seconds: 0, Nanoseconds: > 0 }
            ? (int)Math.Round(1e9 / tick.Nanoseconds)
            : 0;
    }

    /// <summary>Nanoseconds by which <see cref="Monotonic"/> is ahead of what the kernel itself counts; 0 also where /proc does not say.</summary>
    public static long MonotonicOffset() => TimeNamespace.MonotonicOffset(TextFile.Lines(TimeNamespace.File));

    private static long Read(int clock)
    {
        TimeSpec time;
        _ = Libc.ClockGetTime(clock, &time);
        return time.Seconds * 1_000_000_000 + time.Nanoseconds;
    }
}
