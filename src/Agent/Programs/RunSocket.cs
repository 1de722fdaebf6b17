using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>An open socket of a run.</summary>
/// <param name="name">Its name within the run.</param>
/// <param name="program">The program that made it, by its id in the scenario; null for none.</param>
/// <param name="place">Its place in that program's table of descriptors: the lowest that was free, as the kernel gives numbers.</param>
/// <param name="fd">The agent's own descriptor of it.</param>
/// <param name="v6">True for AF_INET6.</param>
internal sealed class RunSocket(string name, string? program, int place, SocketFd fd, bool v6)
{
    public string Name { get; } = name;

    public string? Program { get; } = program;

    public int Place { get; } = place;

    public SocketFd Fd { get; } = fd;

    public bool V6 { get; } = v6;

    public ulong Inode { get; } = SocketNames.Inode(fd);

    /// <summary>The user that is to own it and what it accepts; null for the agent's own.</summary>
    public uint? Uid { get; init; }

    /// <summary>True for one end of a connection. Ends are closed before listeners, as a program that runs to its end does.</summary>
    public bool IsEnd { get; set; }

    /// <summary>Seconds that close may wait (SO_LINGER); accept4 passes it on to the child.</summary>
    public int Linger { get; set; }

    /// <summary>Milliseconds after which accept4, read and recv return by themselves (SO_RCVTIMEO); 0 for never. accept4 passes it on too.</summary>
    public long ReceiveTimeoutMs { get; set; }

    /// <summary>The blocking call that runs on it; null for none.</summary>
    public BlockingCall? Busy { get; set; }
}
