using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>
/// A call that may block, on a thread of its own, with a way to end it. accept4, read and recv are made only once poll says that they return at once, unless
/// the socket's own time limit
/// (SO_RCVTIMEO) is to be seen at work. connect, write and send cannot be asked beforehand. What was not asked is ended by shutdown(), which takes a SYN-SENT
/// socket back (inet_shutdown
/// disconnects it) and wakes who waits.
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
    private Message? _reason;

    /// <param name="call">The call.</param>
    /// <param name="fd">The socket.</param>
    /// <param name="returnsByItself">True when the kernel ends it in time.</param>
    public BlockingCall(SocketCall call, SocketFd fd, bool returnsByItself)
    {
        (Call, _fd) = (call, fd);
        Polls = !returnsByItself && call is (SocketCall.Accept4 or SocketCall.Read or SocketCall.Recv);
    }

    public SocketCall Call { get; }

    /// <summary>True when poll says beforehand whether it would block.</summary>
    public bool Polls { get; }

    /// <summary>Why the agent ended it; null when it ended by itself.</summary>
    public Message? Reason => _reason;

    /// <summary>The shutdown calls that ended it.</summary>
    public IReadOnlyList<CallResult> Shutdowns
    {
        get
        {
            lock (_gate)
                return [.. _shutdowns];
        }
    }

    /// <summary>accept4, read, recv: waits until the call would not block.</summary>
    public PollResult WaitReadable(int timeoutMs) => PollWait.Wait(_fd.Number, _cancel, timeoutMs);

    /// <summary>The call has returned; nothing is done to the socket after this.</summary>
    public void Returned()
    {
        lock (_gate)
            _over.Set();
    }

    /// <summary>Ends it, unless it has returned. Comes back when it has.</summary>
    public void Stop(Message reason)
    {
        lock (_gate)
        {
            if (_over.IsSet)
                return;
            _reason ??= reason;
            _cancel.Set();
        }
        if (Polls)
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
                _shutdowns.Add(SocketCalls.Shutdown(_fd, ShutdownHow.Both));
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
