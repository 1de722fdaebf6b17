using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>Ends runs: what blocks, then forked children, then the ends of connections, then the rest; and undoes what they changed.</summary>
internal sealed class RunCloser(
    HostedRuns runs,
    Reporter reporter,
    OwnSockets own,
    ProgramEnder programs,
    RunChanges changes,
    Func<string, Action, Thread> start
)
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

        (string Run, RunSocket Socket)[] open;
        (string Run, string Name, HeldProcess Process)[] children;
        lock (runs.Gate)
        {
            HostedRun[] closed = [.. runs.All.Where(r => wanted(r.Id))];
            open =
            [
                .. closed
                    .SelectMany(r => r.Sockets.Values.OfType<RunSocket>().Where(s => s.Busy is null).Select(s => (r.Id, s)))
                    .OrderByDescending(o => o.s.IsEnd)
                    .ThenBy(o => o.s.Fd.Number),
            ];
            children = [.. closed.SelectMany(r => r.Children.Select(c => (r.Id, c.Key, c.Value)))];
            foreach (HostedRun run in closed)
            {
                run.Children.Clear();
                foreach ((_, RunSocket socket) in open.Where(o => o.Run == run.Id))
                    run.Sockets.Remove(socket.Name);
                runs.Tidy(run.Id);
            }
        }
        foreach ((string run, string name, HeldProcess child) in children)
            programs.Kill(name, child, new(run, order));
        // A close that lingers does not hold up the others.
        Thread[] lingering = [.. open.Where(o => o.Socket.Linger > 0).Select(o => start($"close {o.Socket.Name}", () => Close(o.Socket, new(o.Run, order))))];
        foreach ((string run, RunSocket socket) in open.Where(o => o.Socket.Linger == 0))
            Close(socket, new(run, order));
        foreach (Thread thread in lingering)
            thread.Join(EndsWithin);
        changes.Undo(wanted, order);
        reporter.Look();
    }

    private void Close(RunSocket socket, Cause cause)
    {
        CallResult result = SocketCalls.Close(socket.Fd);
        own.Remove(socket.Inode);
        reporter.Tell(CallReport.Make(result, socket.Name, socket.Program), cause);
    }
}
