using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>One order, one system call.</summary>
/// <param name="runs">Where sockets are found and kept.</param>
/// <param name="reporter">Takes the events.</param>
/// <param name="own">This agent's sockets, for the watcher.</param>
/// <param name="time">Limits of blocking calls.</param>
/// <param name="begin">Runs work of an order on a thread of its own.</param>
internal sealed class CallMaker(HostedRuns runs, Reporter reporter, OwnSockets own, TimeProvider time, Action<string, long, Action> begin)
{
    /// <summary>Makes the call, or begins it where it may block.</summary>
    public void Make(CallOrder order)
    {
        Message? refused;
        RunSocket? socket;
        bool blocks = Blocks(order);
        lock (runs.Gate)
        {
            refused = Claim(order, out socket);
            if (refused is null && blocks)
            {
                socket!.Busy = new BlockingCall(order.Call, socket.Fd, socket.ReceiveTimeoutMs > 0 && socket.ReceiveTimeoutMs < order.TimeoutMs);
                runs.Begin();
            }
        }
        if (refused is not null)
            reporter.EndAtOnce(order.Id, refused);
        else if (blocks)
            begin($"{order.Call} {socket!.Name}", order.Id, () => Block(order, socket, socket.Busy!));
        else if (order.Call == SocketCall.Close && socket!.Linger > 0)
            begin($"close {socket.Name}", order.Id, () => CloseLingering(order, socket));
        else
            AtOnce(order, socket);
    }

    private static bool Blocks(CallOrder order) =>
        order.Call is SocketCall.Accept4 or SocketCall.Read or SocketCall.Connect or SocketCall.Write
        || order.Call is SocketCall.Recv or SocketCall.Send && !order.DontWait;

    // Finds the socket, or says why the call is not made. Under the lock.
    private Message? Claim(CallOrder order, out RunSocket? socket)
    {
        socket = null;
        if (order.Program is { } program && runs.Find(order.Run!)?.Children.ContainsKey(program) == true)
            return Message.Of(AgentCodes.ChildOnlyHolds, ("program", program));
        if (order.Call == SocketCall.Socket)
        {
            HostedRun? made = runs.Open(order.Run!, out Message? refused);
            return made is null ? refused
                : made.Sockets.ContainsKey(order.Socket) ? Message.Of(AgentCodes.NameInUse, ("socket", order.Socket))
                : made.Sockets.Count >= HostedRuns.MaxSockets ? Message.Of(AgentCodes.TooManySockets, ("most", HostedRuns.MaxSockets))
                : null;
        }
        HostedRun? run = runs.Find(order.Run!);
        if (run is null || !run.Sockets.TryGetValue(order.Socket, out socket) || socket is null)
            return Message.Of(AgentCodes.NoSuchSocket, ("socket", order.Socket));
        if (order.Call == SocketCall.Accept4 && run.Sockets.ContainsKey(order.Accepted!))
            return Message.Of(AgentCodes.NameInUse, ("socket", order.Accepted));
        if (order.Call == SocketCall.Accept4 && run.Sockets.Count >= HostedRuns.MaxSockets)
            return Message.Of(AgentCodes.TooManySockets, ("most", HostedRuns.MaxSockets));
        if (socket.Busy is { } busy && (Blocks(order) || order.Call == SocketCall.Close))
            return Message.Of(AgentCodes.SocketBusy, ("call", busy.Call.Name()), ("socket", socket.Name));

        if (order.Call == SocketCall.Accept4)
            run.Sockets.Add(order.Accepted!, null);
        if (order.Call == SocketCall.Close)
        {
            run.Sockets.Remove(socket.Name);
            runs.Tidy(run.Id);
        }
        return null;
    }

    private void AtOnce(CallOrder order, RunSocket? socket)
    {
        Message? refused = null;
        switch (order.Call)
        {
            case SocketCall.Socket:
                refused = MakeSocket(order);
                break;
            case SocketCall.SetSockOpt:
                SetOption(order, socket!);
                break;
            case SocketCall.GetSockOpt:
                reporter.Tell(order, SocketCalls.GetSockOpt(socket!.Fd, order.Option!.Value), remark: NotNamed(order.Option.Value));
                break;
            case SocketCall.Bind:
                reporter.Tell(order, SocketCalls.Bind(socket!.Fd, order.Address!.Value), socket.Fd);
                break;
            case SocketCall.Listen:
                // Before the call, so that a reading in between knows it already.
                own.SetBacklog(socket!.Inode, order.Backlog);
                reporter.Tell(order, SocketCalls.Listen(socket.Fd, order.Backlog));
                break;
            case SocketCall.Recv:
                reporter.Tell(order, SocketCalls.Recv(socket!.Fd, order.Length, order.DontWait));
                break;
            case SocketCall.Send:
                reporter.Tell(order, SocketCalls.Send(socket!.Fd, Octets(order), order.DontWait));
                break;
            case SocketCall.Shutdown:
                reporter.Tell(order, SocketCalls.Shutdown(socket!.Fd, order.How));
                break;
            case SocketCall.GetSockName:
                reporter.Tell(order, SocketCalls.GetSockName(socket!.Fd, socket.V6), socket.Fd);
                break;
            case SocketCall.Close:
                Close(order, socket!);
                break;
        }
        reporter.End(order.Id, refused);
    }

    private Message? MakeSocket(CallOrder order)
    {
        CallResult result = default;
        SocketFd? fd = null;
        if (AsUser.Do(order.Uid, () => result = SocketCalls.Socket(order.Family, out fd), () => fd) is { } refusal)
        {
            fd?.Dispose();
            return Message.Of(AgentCodes.UidNotAllowed, ("uid", order.Uid), ("call", refusal.Call), ("errno", Errno.Name(refusal.Errno)));
        }
        RunSocket? made = fd is null ? null : Keep(order, order.Socket, fd, order.Family == SocketFamily.Inet6, order.Uid);
        reporter.Tell(order, result, made: made);
        return null;
    }

    private void SetOption(CallOrder order, RunSocket socket)
    {
        SocketOption option = order.Option!.Value;
        CallResult set = SocketCalls.SetSockOpt(socket.Fd, option, order.Value!);
        if (set.Succeeded && option == SocketOption.Linger)
            socket.Linger = order.Value!.On == false ? 0 : order.Value.Seconds ?? 0;
        reporter.Tell(order, set, remark: NotNamed(option));
        CallResult read = SocketCalls.GetSockOpt(socket.Fd, option);
        if (option == SocketOption.RcvTimeo && read.Args.Value?.Milliseconds is { } ms)
            socket.ReceiveTimeoutMs = ms;
        reporter.Tell(order, read);
    }

    private static Message? NotNamed(SocketOption option) => option.IsKnown ? null : Message.Of(AgentCodes.OptionWithoutName, ("option", option));

    private void Close(CallOrder order, RunSocket socket)
    {
        CallResult result = SocketCalls.Close(socket.Fd);
        own.Remove(socket.Inode);
        reporter.Tell(order, result);
    }

    // Nothing ends a close that lingers: at its limit the order ends, and the event comes when the call has returned.
    private void CloseLingering(CallOrder order, RunSocket socket)
    {
        var end = new OrderEnd(reporter, order.Id);
        using ITimer limit = time.CreateTimer(_ => end.Tell(), null, TimeSpan.FromMilliseconds(order.TimeoutMs), Timeout.InfiniteTimeSpan);
        if (order.Background)
            end.Tell();
        Close(order, socket);
        end.Tell();
    }

    private void Block(CallOrder order, RunSocket socket, BlockingCall call)
    {
        Message? refused = null;
        RunSocket? made = null;
        CallResult? result = null;
        var end = new OrderEnd(reporter, order.Id);
        try
        {
            if (order.Background)
                end.Tell();
            if (!call.Polls)
            {
                Message atLimit = Message.Of(
                    order.Call == SocketCall.Connect ? AgentCodes.NoReply : AgentCodes.EndedAtLimit,
                    ("call", order.Call.Name()),
                    ("limit", order.TimeoutMs * 1_000_000L)
                );
                using ITimer timer = time.CreateTimer(_ => call.Stop(atLimit), null, TimeSpan.FromMilliseconds(order.TimeoutMs), Timeout.InfiniteTimeSpan);
                result = Enter(order, socket, out made);
            }
            else
            {
                switch (call.WaitReadable(order.TimeoutMs))
                {
                    case PollResult.Ready:
                        result = Enter(order, socket, out made);
                        break;
                    case PollResult.TimedOut:
                        refused = Message.Of(
                            order.Call == SocketCall.Accept4 ? AgentCodes.NoConnectionCame : AgentCodes.NothingCame,
                            ("call", order.Call.Name()),
                            ("socket", socket.Name),
                            ("limit", order.TimeoutMs * 1_000_000L)
                        );
                        break;
                    default:
                        refused = call.Reason;
                        break;
                }
            }
        }
        finally
        {
            call.Returned();
            if (result is { } returned)
            {
                TellReturned(order, socket, call, returned, made);
            }
            else if (order.Background && refused is not null)
            {
                reporter.Tell(
                    new NoteEvent
                    {
                        T = KernelClock.Monotonic(),
                        Source = EvidenceSource.Agent,
                        Message = refused,
                    },
                    new(order.Run, order.Id)
                );
            }

            lock (runs.Gate)
            {
                socket.Busy = null;
                if (order.Call == SocketCall.Accept4 && made is null)
                    runs.Find(order.Run!)?.Sockets.Remove(order.Accepted!);
            }
            call.Dispose();
            end.Tell(refused);
            runs.Ended();
        }
    }

    private CallResult Enter(CallOrder order, RunSocket socket, out RunSocket? made)
    {
        made = null;
        return order.Call switch
        {
            SocketCall.Accept4 => Accept(order, socket, out made),
            SocketCall.Connect => SocketCalls.Connect(socket.Fd, order.Address!.Value),
            SocketCall.Read => SocketCalls.Read(socket.Fd, order.Length),
            SocketCall.Recv => SocketCalls.Recv(socket.Fd, order.Length, dontWait: false),
            SocketCall.Write => SocketCalls.Write(socket.Fd, Octets(order)),
            _ => SocketCalls.Send(socket.Fd, Octets(order), dontWait: false),
        };
    }

    private CallResult Accept(CallOrder order, RunSocket listener, out RunSocket? made)
    {
        CallResult result = default;
        SocketFd? fd = null;
        // Refused only where the listener's own user was allowed before: then the connection belongs to the agent's, which its row says.
        _ = AsUser.Do(listener.Uid, () => result = SocketCalls.Accept4(listener.Fd, listener.V6, out fd), () => fd);
        made = fd is null ? null : Keep(order, order.Accepted!, fd, listener.V6, listener.Uid);
        if (made is not null)
            (made.IsEnd, made.Linger, made.ReceiveTimeoutMs) = (true, listener.Linger, listener.ReceiveTimeoutMs);
        return result;
    }

    private void TellReturned(CallOrder order, RunSocket socket, BlockingCall call, in CallResult result, RunSocket? made)
    {
        if (order.Call == SocketCall.Connect && result.Succeeded)
            socket.IsEnd = true;
        SocketFd? asked = order.Call == SocketCall.Connect ? socket.Fd : made?.Fd;
        bool ended = call.Reason is not null && (!result.Succeeded || order.Call is SocketCall.Write or SocketCall.Send && result.Result < result.Args.Length);
        reporter.Tell(order, result, asked, ended ? call.Reason : null, made);
        foreach (CallResult shutdown in call.Shutdowns)
            reporter.Tell(order, shutdown, remark: Message.Of(AgentCodes.AgentEnds, ("call", order.Call.Name())));
    }

    private RunSocket Keep(CallOrder order, string name, SocketFd fd, bool v6, uint? uid)
    {
        lock (runs.Gate)
        {
            // The run is there: the socket's name was claimed in it, or it was opened for this socket.
            HostedRun run = runs.Open(order.Run!, out _) ?? throw new InvalidOperationException($"Run {order.Run} is not open.");
            var socket = new RunSocket(name, order.Program, run.FreePlace(order.Program), fd, v6) { Uid = uid };
            own.Add(socket.Inode);
            run.Sockets[name] = socket;
            return socket;
        }
    }

    private static byte[] Octets(CallOrder order) => order.Octets ?? new byte[order.Length];
}
