using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>
/// A call that may block, on a thread of its own, with a way to end it. accept4 and read are made only once poll says that they return at once.
/// connect and write cannot be asked beforehand: they are ended by shutdown(), which takes a SYN-SENT socket back (inet_shutdown disconnects it)
/// and wakes a writer.
/// </summary>
internal sealed class BlockingCall : IDisposable
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(20);
    private const int MostShutdowns = 50;

    private readonly Lock _gate = new();
    private readonly EventFd _cancel = new();
    private readonly ManualResetEventSlim _over = new();
    private readonly List<CallResult> _shutdowns = [];
    private readonly SocketFd _fd;
    private readonly bool _polls;
    private string? _reason;

    public BlockingCall(SocketCall call, SocketFd fd)
    {
        (Call, _fd) = (call, fd);
        _polls = call is SocketCall.Accept4 or SocketCall.Read;
    }

    public SocketCall Call { get; }

    /// <summary>Why it was ended; null when it ended by itself.</summary>
    public string? Reason => _reason;

    /// <summary>The shutdown calls that ended it.</summary>
    public IReadOnlyList<CallResult> Shutdowns
    {
        get
        {
            lock (_gate)
                return [.. _shutdowns];
        }
    }

    /// <summary>accept4, read: waits until the call would not block.</summary>
    public PollResult WaitReadable(int timeoutMs) => PollWait.Wait(_fd.Number, _cancel, timeoutMs);

    /// <summary>The call has returned; nothing is done to the socket after this.</summary>
    public void Returned()
    {
        lock (_gate)
            _over.Set();
    }

    /// <summary>Ends it, unless it has returned. Comes back when it has.</summary>
    public void Stop(string reason)
    {
        lock (_gate)
        {
            if (_over.IsSet)
                return;
            _reason ??= reason;
            _cancel.Set();
        }
        if (_polls)
        {
            _over.Wait();
            return;
        }
        // A shutdown that comes before the thread is inside connect() changes nothing, so it is made again until the call has returned.
        for (int i = 0; i < MostShutdowns; i++)
        {
            lock (_gate)
            {
                if (_over.IsSet)
                    return;
                _shutdowns.Add(SocketCalls.Shutdown(_fd, Constants.SHUT_RDWR));
            }
            if (_over.Wait(AgainAfter))
                return;
        }
    }

    /// <summary>After <see cref="Returned"/>; a late <see cref="Stop"/> still finds that it is over.</summary>
    public void Dispose()
    {
        lock (_gate)
            _cancel.Dispose();
    }
}
