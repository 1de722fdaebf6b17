using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>An open socket of the lesson.</summary>
internal sealed class LessonSocket(string name, SocketFd fd, bool v6)
{
    public string Name { get; } = name;

    public SocketFd Fd { get; } = fd;

    public bool V6 { get; } = v6;

    public ulong Inode { get; } = SocketNames.Inode(fd);

    /// <summary>True for one end of a connection. Ends are closed before listeners, as a program that runs to its end does.</summary>
    public bool IsEnd { get; set; }

    /// <summary>Seconds that close may wait (SO_LINGER); accept4 passes it on to the child.</summary>
    public int Linger { get; set; }

    /// <summary>The blocking call that runs on it; null for none.</summary>
    public BlockingCall? Busy { get; set; }
}
