using System.Runtime.InteropServices;
using static ReuseAddrDashboard.Agent.Kernel.ProcessConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// A child process of the calling thread, in a session of its own, so that a terminal's Ctrl-C passes it by. Its standard input is one end of a pair of
/// sockets; its standard output and error go
/// nowhere. What the agent has open is closed in it (FD_CLOEXEC).
/// </summary>
internal sealed unsafe class SpawnedProcess : IDisposable
{
    /// <summary>Room for posix_spawn_file_actions_t and for posix_spawnattr_t; a test holds it against the machine's headers.</summary>
    public const int ActionsRoom = 128,
        AttributesRoom = 512;

    private const byte Word = 0;

    private readonly SocketFd _end;

    private SpawnedProcess(int pid, SocketFd end) => (Pid, _end) = (pid, end);

    public int Pid { get; }

    /// <returns>Null with what the kernel refused.</returns>
    public static SpawnedProcess? Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, out KernelRefusal? refused)
    {
        int* pair = stackalloc int[2];
        refused = Libc.SocketPair(AF_UNIX, SOCK_SEQPACKET | Constants.SOCK_CLOEXEC, 0, pair) == 0 ? null : KernelRefusal.Last("socketpair");
        if (refused is not null)
            return null;
        var own = new SocketFd(pair[0]);
        using var childs = new SocketFd(pair[1]);
        using var argv = new CStrings([program, .. arguments]);
        using var envp = new CStrings(environment);
        byte* actions = stackalloc byte[ActionsRoom],
            attributes = stackalloc byte[AttributesRoom];
        _ = Libc.SpawnActionsInit(actions);
        _ = Libc.SpawnAttributesInit(attributes);
        int pid = 0;
        int errno = Libc.SpawnActionsDup2(actions, childs.Number, 0);
        errno = errno != 0 ? errno : Libc.SpawnActionsOpen(actions, 1, "/dev/null", Constants.O_WRONLY, 0);
        errno = errno != 0 ? errno : Libc.SpawnActionsDup2(actions, 1, 2);
        errno = errno != 0 ? errno : Libc.SpawnAttributesFlags(attributes, POSIX_SPAWN_SETSID);
        errno = errno != 0 ? errno : Libc.PosixSpawn(&pid, program, actions, attributes, argv.Pointer, envp.Pointer);
        _ = Libc.SpawnActionsDestroy(actions);
        _ = Libc.SpawnAttributesDestroy(attributes);
        if (errno == 0)
            return new SpawnedProcess(pid, own);
        own.Dispose();
        refused = KernelRefusal.Of($"posix_spawn({program})", errno);
        return null;
    }

    /// <summary>Sends one octet, and descriptors with it (SCM_RIGHTS): the child gets them in this order, each with a number above the one before.</summary>
    public KernelRefusal? Send(byte word, IReadOnlyList<SocketFd> with) => Send(_end.Number, word, with);

    /// <summary>The octet that the child sends; null where it sends none within the time, or has ended.</summary>
    public byte? Receive(int timeoutMs)
    {
        PollFd poll = new() { Fd = _end.Number, Events = Constants.POLLIN };
        int ready;
        do
        {
            ready = Libc.Poll(&poll, 1, timeoutMs);
        } while (ready < 0 && Marshal.GetLastPInvokeError() == Constants.EINTR);
        byte word = Word;
        return ready == 1 && Libc.Read(_end.Number, &word, 1) == 1 ? word : null;
    }

    public void Kill() => _ = Libc.Kill(Pid, Constants.SIGKILL);

    /// <summary>Closes this end: the child's standard input ends.</summary>
    public void HangUp() => _end.Dispose();

    /// <summary>Until it has ended and the kernel has closed what it had open; called once.</summary>
    public void Wait()
    {
        int status;
        while (Libc.WaitPid(Pid, &status, 0) < 0 && Marshal.GetLastPInvokeError() == Constants.EINTR) { }
    }

    /// <summary>True once it has ended, within the time; then <see cref="Wait"/> is not called.</summary>
    public bool Ended(TimeSpan within)
    {
        long until = KernelClock.Monotonic() + (long)within.TotalNanoseconds;
        int status;
        while (true)
        {
            if (Libc.WaitPid(Pid, &status, WNOHANG) != 0)
                return true;
            if (KernelClock.Monotonic() > until)
                return false;
            PollFd none = default;
            _ = Libc.Poll(&none, 0, 1);
        }
    }

    public void Dispose() => _end.Dispose();

    internal static KernelRefusal? Send(int fd, byte word, IReadOnlyList<SocketFd> with)
    {
        int room = sizeof(CMsgHdr) + with.Count * sizeof(int);
        byte* control = stackalloc byte[room + sizeof(nuint)];
        var header = (CMsgHdr*)control;
        *header = new CMsgHdr
        {
            Length = (nuint)room,
            Level = SOL_SOCKET,
            Type = SCM_RIGHTS,
        };
        for (int i = 0; i < with.Count; i++)
            ((int*)(header + 1))[i] = with[i].Number;
        var vector = new IoVec { Base = &word, Length = 1 };
        var message = new MsgHdr
        {
            Iov = &vector,
            IovLength = 1,
            Control = with.Count == 0 ? null : control,
            ControlLength = with.Count == 0 ? 0 : (nuint)room,
        };
        return Libc.SendMsg(fd, &message, MSG_NOSIGNAL) == 1 ? null : KernelRefusal.Last("sendmsg");
    }
}
