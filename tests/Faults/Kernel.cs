using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReuseAddrDashboard.Faults;

/// <summary>What the kernel does for a fault: a socket of another process is cut, and sockets are made in another network namespace.</summary>
internal static partial class Kernel
{
    private const int ShutBoth = 2,
        NewNet = 0x40000000,
        PidFdOpen = 434,
        PidFdGetFd = 438;

    /// <summary>Cuts a connection of another process, which neither end was told of: both read its end.</summary>
    /// <returns>False where the process has gone, or may not be touched.</returns>
    public static bool Cut(int process, int descriptor)
    {
        int pid = (int)SysCall(PidFdOpen, process, 0, 0);
        if (pid < 0)
            return false;
        int own = (int)SysCall(PidFdGetFd, pid, descriptor, 0);
        _ = Close(pid);
        if (own < 0)
            return false;
        bool cut = Shutdown(own, ShutBoth) == 0;
        _ = Close(own);
        return cut;
    }

    /// <summary>Does something on a thread of its own in a process's network namespace; a socket stays where it was made.</summary>
    /// <returns>False where this user may not enter it.</returns>
    public static bool In(int process, Action inside)
    {
        bool entered = false;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle of = File.OpenHandle($"/proc/{process}/ns/net");
                if (SetNs(of, NewNet) != 0)
                    return;
                entered = true;
                inside();
            }
            catch (IOException)
            {
                // The process has gone.
            }
            catch (SocketException e)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? entered : throw new InvalidOperationException("A fault could not be made.", failed);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SysCall(long number, long first, long second, long third);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeFileHandle descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
