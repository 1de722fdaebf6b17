using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>
/// Forks programs and ends them. A program of a scenario is the agent itself until it ends: then a real process gets its sockets, the agent closes its own
/// copies, which no connection notices, and
/// the process exits or is killed, so that the kernel closes the sockets as it does with any program: all at one moment, the highest descriptor first.
/// </summary>
/// <param name="runs">Where sockets and children are found and kept.</param>
/// <param name="own">This agent's sockets, for the watcher.</param>
/// <param name="command">How a process that holds sockets is started.</param>
/// <param name="tell">Takes the events.</param>
internal sealed class ProgramEnder(HostedRuns runs, OwnSockets own, HoldCommand command, Action<RunEvent, Cause> tell)
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(12);

    /// <returns>Null when it was forked; else why not.</returns>
    public Message? Fork(ForkOrder order)
    {
        RunSocket[] kept;
        HostedRun run;
        lock (runs.Gate)
        {
            if (runs.Find(order.Run!) is not { } found)
                return Message.Of(AgentCodes.NoSuchSocket, ("socket", order.Sockets[0]));
            if (found.Children.ContainsKey(order.Child))
                return Message.Of(AgentCodes.ChildNameInUse, ("child", order.Child));
            if (found.Children.Count >= HostedRuns.MaxChildren)
                return Message.Of(AgentCodes.TooManyChildren, ("most", HostedRuns.MaxChildren));
            foreach (string name in order.Sockets)
            {
                if (found.Sockets.GetValueOrDefault(name) is null)
                    return Message.Of(AgentCodes.NoSuchSocket, ("socket", name));
            }
            run = found;
            kept = [.. order.Sockets.Distinct().Select(name => found.Sockets[name]!)];
        }
        long at = KernelClock.Monotonic();
        HeldProcess? child = HeldProcess.Start(command, kept, own, out KernelRefusal? refused);
        if (child is null)
            return Failed(refused!);
        lock (runs.Gate)
            run.Children.Add(order.Child, child);
        tell(
            new ProgramEvent
            {
                T = at,
                Source = EvidenceSource.Agent,
                Program = order.Program,
                Change = ProgramChange.Forked,
                Child = order.Child,
                Sockets = [.. child.Closing.Reverse()],
                Pid = child.Pid,
            },
            new(order.Run, order.Id)
        );
        return null;
    }

    /// <returns>Null when it has ended; else why not.</returns>
    public Message? End(EndProgramOrder order)
    {
        HeldProcess? child = null;
        lock (runs.Gate)
        {
            if (runs.Find(order.Run!) is { } run && run.Children.Remove(order.Program, out child))
                runs.Tidy(run.Id);
        }
        if (child is not null)
        {
            End(order.Program, order.Instance, child, order.Kill, new(order.Run, order.Id));
            return null;
        }

        StopCalls(order);
        RunSocket[] sockets = Release(order);
        if (sockets.Length == 0)
        {
            tell(Ended(order.Program, order.Instance, order.Kill, KernelClock.Monotonic(), [], null), new(order.Run, order.Id));
            return null;
        }
        HeldProcess? process = HeldProcess.Start(command, sockets, own, out KernelRefusal? refused);
        if (process is null)
        {
            Restore(order.Run!, sockets);
            return Failed(refused!);
        }
        foreach (RunSocket socket in sockets)
        {
            socket.Fd.Dispose();
            own.Remove(socket.Inode);
        }
        End(order.Program, order.Instance, process, order.Kill, new(order.Run, order.Id));
        return null;
    }

    /// <summary>Kills a child whose run ends.</summary>
    public void Kill(string name, HeldProcess child, Cause cause) => End(name, 0, child, kill: true, cause);

    private void End(string program, int instance, HeldProcess process, bool kill, Cause cause)
    {
        long at = KernelClock.Monotonic();
        process.End(kill);
        tell(Ended(program, instance, kill, at, process.Closing, process.Pid), cause);
    }

    private static ProgramEvent Ended(string program, int instance, bool kill, long at, IReadOnlyList<string> sockets, int? pid) =>
        new()
        {
            T = at,
            Source = EvidenceSource.Agent,
            Program = program,
            Instance = instance,
            Change = kill ? ProgramChange.Killed : ProgramChange.Exited,
            Sockets = sockets,
            Pid = pid,
        };

    private static bool IsOf(EndProgramOrder order, RunSocket socket) => socket.Program == order.Program || order.Sockets.Contains(socket.Name);

    private void StopCalls(EndProgramOrder order)
    {
        BlockingCall[] blocking;
        lock (runs.Gate)
        {
            blocking =
            [
                .. runs.Find(order.Run!)?.Sockets.Values.OfType<RunSocket>().Where(s => IsOf(order, s)).Select(s => s.Busy).OfType<BlockingCall>() ?? [],
            ];
        }

        foreach (BlockingCall call in blocking)
            call.Stop(new Message(AgentCodes.EndedWithProgram));
        runs.WaitFor(blocking, EndsWithin);
    }

    // Takes the program's sockets out of the run: no order finds them any more.
    private RunSocket[] Release(EndProgramOrder order)
    {
        lock (runs.Gate)
        {
            if (runs.Find(order.Run!) is not { } run)
                return [];
            RunSocket[] sockets = [.. run.Sockets.Values.OfType<RunSocket>().Where(s => IsOf(order, s) && s.Busy is null)];
            foreach (RunSocket socket in sockets)
                run.Sockets.Remove(socket.Name);
            runs.Tidy(run.Id);
            return sockets;
        }
    }

    private void Restore(string id, RunSocket[] sockets)
    {
        lock (runs.Gate)
        {
            HostedRun run = runs.Open(id, out _)!;
            foreach (RunSocket socket in sockets)
                run.Sockets[socket.Name] = socket;
        }
    }

    private static Message Failed(KernelRefusal refused) => Message.Of(AgentCodes.ChildFailed, ("call", refused.Call), ("text", Errno.Text(refused.Errno)));
}
