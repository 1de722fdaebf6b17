using Microsoft.Win32.SafeHandles;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// A file descriptor made by libc. The handle keeps the number from being closed, and given to something else, while a call on it runs;
/// a lesson socket is closed by <see cref="SocketCalls.Close"/>, whose result is evidence, and only a forgotten one by the handle.
/// </summary>
internal sealed class SocketFd : SafeHandleMinusOneIsInvalid
{
    public SocketFd(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number, as strace prints it.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
