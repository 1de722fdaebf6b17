using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>A real process that holds sockets of a run: a forked child, or a program that is about to end.</summary>
internal sealed class HeldProcess
{
    private static readonly TimeSpan ExitsWithin = TimeSpan.FromSeconds(5);
    private const int ReadyWithinMs = 20_000;

    private readonly SpawnedProcess _process;
    private readonly OwnSockets _own;
    private readonly ulong[] _inodes;

    private HeldProcess(SpawnedProcess process, IReadOnlyList<RunSocket> sockets, OwnSockets own)
    {
        (_process, _own) = (process, own);
        Closing = [.. sockets.Select(s => s.Name).Reverse()];
        _inodes = [.. sockets.Select(s => s.Inode)];
        foreach (ulong inode in _inodes)
            own.Add(inode);
    }

    public int Pid => _process.Pid;

    /// <summary>The sockets by name in the order in which the kernel closes them at the process's end: the highest descriptor first.</summary>
    public IReadOnlyList<string> Closing { get; }

    /// <summary>Starts the process and hands it the sockets; it has them when this returns.</summary>
    /// <param name="program">How this program is started in its mode <see cref="HoldProgram"/>.</param>
    /// <param name="sockets">What it is to hold; it gets them in the order of their places.</param>
    /// <param name="own">This agent's sockets: those that the process holds are among them.</param>
    /// <param name="refused">What the kernel refused; null when it runs.</param>
    public static HeldProcess? Start(HoldCommand program, IEnumerable<RunSocket> sockets, OwnSockets own, out KernelRefusal? refused)
    {
        RunSocket[] ordered = [.. sockets.OrderBy(s => s.Place)];
        SpawnedProcess? process = SpawnedProcess.Start(program.Program, program.Arguments, program.Environment, out refused);
        if (process is null)
            return null;
        refused =
            process.Send(HoldProgram.Hold, [.. ordered.Select(s => s.Fd)])
            ?? (process.Receive(ReadyWithinMs) == HoldProgram.Ready ? null : KernelRefusal.Of($"{HoldProgram.Mode} ({program.Program})", Constants.EPIPE));
        if (refused is null)
            return new HeldProcess(process, ordered, own);
        process.Kill();
        process.Wait();
        process.Dispose();
        return null;
    }

    /// <summary>Ends it, by SIGKILL or by its own exit. When this returns the kernel has closed its sockets.</summary>
    public void End(bool kill)
    {
        if (kill || _process.Send(HoldProgram.Exit, []) is not null || !_process.Ended(ExitsWithin))
        {
            _process.Kill();
            _process.Wait();
        }
        _process.Dispose();
        foreach (ulong inode in _inodes)
            _own.Remove(inode);
    }
}
