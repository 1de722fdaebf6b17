using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>An eventfd: wakes a thread that waits in poll, at the cost of one small write.</summary>
internal sealed unsafe class EventFd : IDisposable
{
    private readonly SocketFd _fd;

    public EventFd()
    {
        int fd = Libc.EventFd(0, Constants.EFD_NONBLOCK | Constants.EFD_CLOEXEC);
        if (fd < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "eventfd failed; raise the limit on open files (ulimit -n).");
        _fd = new SocketFd(fd);
    }

    public int Number => _fd.Number;

    /// <summary>Wakes whoever waits, now or next.</summary>
    public void Set()
    {
        ulong one = 1;
        _ = Libc.Write(_fd.Number, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Forgets the wake-ups so far.</summary>
    public void Clear()
    {
        ulong count;
        _ = Libc.Read(_fd.Number, (byte*)&count, sizeof(ulong));
    }

    public void Dispose() => _fd.Dispose();
}
