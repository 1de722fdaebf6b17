using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

internal enum PollResult : byte
{
    /// <summary>The descriptor is readable, or has an error that the call will report.</summary>
    Ready,

    /// <summary>The eventfd was set.</summary>
    Cancelled,

    TimedOut,
}

/// <summary>Waits with poll(2).</summary>
internal static unsafe class PollWait
{
    /// <summary>Until <paramref name="fd"/> is readable, the eventfd is set, or the time is over.</summary>
    /// <param name="fd">-1 to wait for the eventfd alone: poll passes over negative descriptors.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="timeoutMs">Milliseconds, 0 or more.</param>
    public static PollResult Wait(int fd, EventFd cancel, int timeoutMs)
    {
        long deadline = KernelClock.Monotonic() + timeoutMs * 1_000_000L;
        PollFd* fds = stackalloc PollFd[2];
        while (true)
        {
            fds[0] = new PollFd { Fd = fd, Events = Constants.POLLIN };
            fds[1] = new PollFd { Fd = cancel.Number, Events = Constants.POLLIN };
            long left = Math.Max(0, deadline - KernelClock.Monotonic());
            int ready = Libc.Poll(fds, 2, (int)((left + 999_999) / 1_000_000));
            if (ready < 0 && Marshal.GetLastPInvokeError() == Constants.EINTR)
                continue;
            return fds[1].Returned != 0 ? PollResult.Cancelled
                : fds[0].Returned != 0 ? PollResult.Ready
                : PollResult.TimedOut;
        }
    }
}
