using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>A process that is waited for by the kernel's own notice (pidfd_open(2)): no polling, and no mistaking a new process for an old one.</summary>
internal sealed partial class Ends : IDisposable
{
    private const int SYS_pidfd_open = 434,
        POLLIN = 1,
        SIGKILL = 9,
        SIGTERM = 15,
        EINTR = 4;

    private readonly SafeFileHandle _descriptor;

    public Ends(int process)
    {
        Process = process;
        _descriptor = new SafeFileHandle((nint)syscall(SYS_pidfd_open, process, 0), ownsHandle: true);
        Assert.False(_descriptor.IsInvalid, $"process {process} is not there");
    }

    public int Process { get; }

    /// <summary>True when the process has ended within the time; a zombie has.</summary>
    public unsafe bool Within(TimeSpan time)
    {
        var wait = new PollFd { Descriptor = (int)_descriptor.DangerousGetHandle(), Events = POLLIN };
        long start = Stopwatch.GetTimestamp();
        int ready;
        do
        {
            ready = poll(&wait, 1, Math.Max(0, (int)(time - Stopwatch.GetElapsedTime(start)).TotalMilliseconds));
        } while (ready < 0 && Marshal.GetLastPInvokeError() == EINTR); // SIGCHLD of another child
        return ready == 1;
    }

    public void Kill() => Assert.Equal(0, kill(Process, SIGKILL));

    public void Terminate() => Assert.Equal(0, kill(Process, SIGTERM));

    public void Dispose() => _descriptor.Dispose();

    [LibraryImport("libc")]
    private static partial long syscall(long number, int process, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollFd* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
