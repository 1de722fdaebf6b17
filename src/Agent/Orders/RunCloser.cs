using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>Ends runs: what blocks, then forked children, then the ends of connections, then the rest; and undoes what they changed.</summary>
internal sealed class RunCloser(HostedRuns runs, Reporter reporter, OwnSockets own, ProgramEnder programs, RunChanges changes, Func<string, Action, Thread> start)
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(12);

    /// <param name="wanted">The runs to close.</param>
    /// <param name="order">The order that asked for it; null for none.</param>
    /// <param name="why">What is said of a call that blocks.</param>
    public void Close(Func<string, bool> wanted, long? order, Message why)
    {
        BlockingCall[] blocking;
        lock (runs.Gate)
            blocking = [.. runs.All.Where(r => wanted(r.Id)).SelectMany(r => r.Sockets.Values).Select(s => s?.Busy).OfType<BlockingCall>()];
        foreach (BlockingCall call in blocking)
            call.Stop(why);
        runs.WaitFor(blocking, EndsWithin);

        RunSocket[] open;
        KeyValuePair<string, HeldProcess>[] children;
        lock (runs.Gate)
        {
            HostedRun[] closed = [.. runs.All.Where(r => wanted(r.Id))];
            open = [.. closed.SelectMany(r => r.Sockets.Values).OfType<RunSocket>().Where(s => s.Busy is null).OrderByDescending(s => s.IsEnd).ThenBy(s => s.Fd.Number)];
            children = [.. closed.SelectMany(r => r.Children)];
            foreach (HostedRun run in closed)
            {
                run.Children.Clear();
                foreach (RunSocket socket in open)
                {
                    if (run.Sockets.GetValueOrDefault(socket.Name) == socket)
                        run.Sockets.Remove(socket.Name);
                }
                runs.Tidy(run.Id);
            }
        }
        foreach ((string name, HeldProcess child) in children)
            programs.Kill(name, child, order);
        // A close that lingers does not hold up the others.
        Thread[] lingering = [.. open.Where(s => s.Linger > 0).Select(s => start($"close {s.Name}", () => Close(s, order)))];
        foreach (RunSocket socket in open.Where(s => s.Linger == 0))
            Close(socket, order);
        foreach (Thread thread in lingering)
            thread.Join(EndsWithin);
        changes.Undo(wanted, order);
        reporter.Look();
    }

    private void Close(RunSocket socket, long? order)
    {
        CallResult result = SocketCalls.Close(socket.Fd);
        own.Remove(socket.Inode);
        reporter.Tell(CallReport.Of(result, socket.Name, socket.Program), order);
    }
}
