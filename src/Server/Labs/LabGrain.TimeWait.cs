using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What the lab does about TIME-WAIT: waits for it to come, waits for it to go, destroys it when asked, says when it never came.</summary>
internal sealed partial class LabGrain
{
    // TIME-WAIT lasts 60 s and timer-wheel slack, at most about 64 s (HZ = 1000).
    private static readonly TimeSpan LeftoverLimit = TimeSpan.FromSeconds(70);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(5);

    private TaskCompletionSource _socketsMoved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<LabReply> SkipWait(string run, bool wait)
    {
        // While the lab waits and binds again, ending the wait is just what is wanted.
        bool inWait = _bindingAgain is not null;
        if (Refusal(run, out RunLog log, duringWait: true) is { } refusal)
            return refusal;
        (AgentSeat Seat, SocketEvent Row)[] waiting = [.. LessonTimeWaits(log)];
        if (waiting.Length == 0)
            return LabRefusals.NothingWaits(run);
        if (waiting.All(w => w.Seat.Facts?.CanDestroySockets != true))
            return LabRefusals.MayNotDestroy(waiting[0].Seat.Name, run);
        if (inWait)
            await Destroy(log);
        else
            Drive(log, cancel => Destroy(log, cancel));
        if (wait)
        {
            if (!inWait)
                await _drive;
            await log.Flushed();
        }
        return LabReply.Done(run);
    }

    /// <summary>Destroys every TIME-WAIT socket that this run's connections left, where the host may: an intervention, logged as the call it is.</summary>
    private async Task Destroy(RunLog log, CancellationToken cancel = default)
    {
        foreach ((AgentSeat seat, SocketEvent row) in LessonTimeWaits(log).Where(w => w.Seat.Facts?.CanDestroySockets == true).ToArray())
            await Order(seat, id => seat.Orders!.Destroy(new(id, log.Header.Id, row.Local, row.Remote)), OrderGrace, cancel);
    }

    // Only what a call of this run connected: other programs' sockets on the port are none of the lab's business.
    private IEnumerable<(AgentSeat Seat, SocketEvent Row)> LessonTimeWaits(RunLog log)
    {
        var own = new HashSet<(Endpoint, Endpoint)>();
        foreach (CallEvent call in log.Events.OfType<CallEvent>())
        {
            if (call is { Local: { } local, Remote: { } remote, Call: "connect" or "accept4" })
            {
                own.Add((local, remote));
                own.Add((remote, local));
            }
        }
        return _idleSockets.Values
            .Where(row => row.To == TcpState.TimeWait && own.Contains((row.Local, row.Remote)))
            .Select(row => (Seat(row.Host!), row)).Where(w => w.Item1.Connected);
    }

    private bool HoldsPort(SocketEvent row) => row.Host == HubRoutes.Server && row.Local.Port == _port && row.To == TcpState.TimeWait;

    /// <summary>What an earlier run left in TIME-WAIT would meet the first bind; a trainer would wait, and so does Play all.</summary>
    private async Task WaitForPort(RunLog log, CancellationToken cancel)
    {
        if (log.Progress.Steps[0].Attempt > 0 || !_idleSockets.Values.Any(HoldsPort))
            return;
        Note(HubRoutes.Server, NoteCodes.WaitingForPort, NoteLevel.Info,
            $"Port {_port} is still held by TIME-WAIT of an earlier connection; the first bind is made when it has gone.");
        long deadline = Now + (long)LeftoverLimit.TotalNanoseconds;
        while (_idleSockets.Values.Any(HoldsPort) && Now < deadline)
        {
            try
            {
                await _socketsMoved.Task.WaitAsync(TimeSpan.FromMicroseconds(Math.Max(0, deadline - Now) / 1000), time, cancel);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    // Renewed before it is completed: whoever waits again must not find the old one, done, and turn in circles.
    private void SocketsMoved()
    {
        TaskCompletionSource moved = _socketsMoved;
        _socketsMoved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        moved.TrySetResult();
    }

    /// <summary>On a busy machine the last FIN may still be on its way: a server that has closed is looked at until it is in TIME-WAIT or gone.</summary>
    private async Task UntilClosed(CancellationToken cancel)
    {
        long deadline = Now + (long)LookLimit.TotalNanoseconds;
        while (Now < deadline && _idleSockets.Values.Any(row =>
            row.Host == HubRoutes.Client && row.Remote.Port == _port && row.To is TcpState.LastAck
            || row.Host == HubRoutes.Server && row.Local.Port == _port && row.To is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing
                && !_idleSockets.Values.Any(client => client.Host == HubRoutes.Client && client.Remote == row.Local)))
        {
            await Task.Delay(SettlePause, time, cancel);
            await Look(cancel);
        }
    }

    private void NoteMissingTimeWait(RunLog log)
    {
        if (_idleSockets.Values.Any(HoldsPort))
            return;
        string buckets = _server.Facts?.Sysctls.GetValueOrDefault("net.ipv4.tcp_max_tw_buckets") ?? "unknown";
        log.Append(new NoteEvent
        {
            T = Now - log.Zero, Host = HubRoutes.Server, Source = EventSource.Lab, Code = NoteCodes.NoTimeWait, Level = NoteLevel.Warning,
            Text = $"The server has no TIME-WAIT socket on port {log.Header.Options.Port}, so the rebind has nothing to meet. "
                + $"The kernel makes none when net.ipv4.tcp_max_tw_buckets is used up (it is {buckets} there), or when the connection was reset. "
                + "Raise it there with sysctl, press Reset and run again.",
        });
    }
}
