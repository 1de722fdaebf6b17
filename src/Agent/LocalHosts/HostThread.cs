using System.Collections.Concurrent;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>
/// The thread of one local host. It lives as long as local-hosts, for two reasons: a network namespace made by unshare(2) belongs to its thread, and
/// PR_SET_PDEATHSIG of a child fires when the thread that made the child ends, not the process. Thread-pool threads serve for neither.
/// </summary>
internal sealed class HostThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public HostThread(string name) => new Thread(Loop) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs work on the thread, in the order of the calls; what it throws comes back to the caller.</summary>
    public Task<T> Run<T>(Func<T> work)
    {
        // Continuations elsewhere: they must not run in this host's namespace, nor hold its thread up.
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Ends the thread once its work is done, and with it its namespace when no process is left in it.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Loop()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
