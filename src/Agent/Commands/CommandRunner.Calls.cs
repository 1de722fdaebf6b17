using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>One order, one system call.</summary>
internal sealed partial class CommandRunner
{
    private void Make(SocketCommand command)
    {
        string? refused = CommandCheck.Refusal(command);
        LessonSocket? socket = null;
        if (refused is null)
        {
            lock (_gate)
            {
                refused = Claim(command, out socket);
                if (refused is null && Blocks(command.Call))
                {
                    socket!.Busy = new BlockingCall(command.Call, socket.Fd);
                    _blocking++;
                }
            }
        }
        if (refused is not null)
        {
            _outbox.End(command.Id, refused);
        }
        else if (socket?.Busy is { } blocking && Blocks(command.Call))
        {
            Start($"{command.Call} {socket.Name}", () => Guard(command.Id, () => Block(command, socket, blocking)));
        }
        else if (command.Call == SocketCall.Close && socket!.Linger > 0)
        {
            Start($"close {socket.Name}", () => Guard(command.Id, () => AtOnce(command, socket)));
        }
        else
        {
            AtOnce(command, socket);
        }
    }

    private static bool Blocks(SocketCall call) => call is SocketCall.Accept4 or SocketCall.Read or SocketCall.Connect or SocketCall.Write;

    // Finds the socket, or says why the call is not made. Under the lock.
    private string? Claim(SocketCommand command, out LessonSocket? socket)
    {
        socket = null;
        if (_sockets.Count > 0 && _run != command.Run)
            return $"Sockets of run {_run} are still open; reset the lab first.";
        if (command.Call == SocketCall.Socket)
        {
            return _sockets.ContainsKey(command.Socket) ? $"The name {command.Socket} is in use; close that socket first."
                : _sockets.Count >= MaxSockets ? $"{MaxSockets} sockets are open, and that is the most; close some first."
                : null;
        }
        if (!_sockets.TryGetValue(command.Socket, out socket) || socket is null)
            return $"There is no open socket {command.Socket}; socket() or accept() has to make it first.";
        if (command.Call == SocketCall.Accept4 && _sockets.ContainsKey(command.Accepted!))
            return $"The name {command.Accepted} is in use; close that socket first.";
        if (socket.Busy is { } busy && (Blocks(command.Call) || command.Call == SocketCall.Close))
            return $"{Name(busy.Call)} still waits on {socket.Name}; it ends by itself or with Reset.";

        if (command.Call == SocketCall.Accept4)
            _sockets.Add(command.Accepted!, null);
        if (command.Call == SocketCall.Close)
            _sockets.Remove(socket.Name);
        return null;
    }

    private void AtOnce(SocketCommand command, LessonSocket? socket)
    {
        switch (command.Call)
        {
            case SocketCall.Socket:
                MakeSocket(command);
                break;
            case SocketCall.SetSockOpt:
                CallResult set = SocketCalls.SetSockOpt(socket!.Fd, command.Option, command.Value);
                if (set.Succeeded && command.Option == SocketOption.Linger)
                    socket.Linger = command.Value;
                Tell(command, set);
                Tell(command, SocketCalls.GetSockOpt(socket.Fd, command.Option));
                break;
            case SocketCall.GetSockOpt:
                Tell(command, SocketCalls.GetSockOpt(socket!.Fd, command.Option));
                break;
            case SocketCall.Bind:
                Tell(command, SocketCalls.Bind(socket!.Fd, command.Address!.Value), socket.Fd);
                break;
            case SocketCall.Listen:
                // Before the call, so that a reading in between knows it already.
                _own.SetBacklog(socket!.Inode, command.Backlog);
                Tell(command, SocketCalls.Listen(socket.Fd, command.Backlog));
                break;
            case SocketCall.Shutdown:
                Tell(command, SocketCalls.Shutdown(socket!.Fd, command.How));
                break;
            case SocketCall.Close:
                Close(socket!, command.Id);
                break;
        }
        End(command);
    }

    private void MakeSocket(SocketCommand command)
    {
        CallResult result = SocketCalls.Socket(command.V6, out SocketFd? fd);
        LessonSocket? made = fd is null ? null : new LessonSocket(command.Socket, fd, command.V6);
        if (made is not null)
            Keep(command, made);
        _outbox.Add(CallReport.Of(result, command.Socket, made: made), command.Id);
    }

    private void Block(SocketCommand command, LessonSocket socket, BlockingCall call)
    {
        string? refused = null;
        LessonSocket? child = null;
        CallResult? made = null;
        string limit = Seconds(command.TimeoutMs);
        try
        {
            if (command.Call is SocketCall.Accept4 or SocketCall.Read)
            {
                switch (call.WaitReadable(command.TimeoutMs))
                {
                    case PollResult.Ready:
                        made = command.Call == SocketCall.Accept4 ? Accept(command, socket, out child) : SocketCalls.Read(socket.Fd, command.Length);
                        break;
                    case PollResult.TimedOut:
                        string missing = command.Call == SocketCall.Accept4 ? "no connection came" : "nothing came, not even FIN,";
                        refused = $"{Name(command.Call)} on {socket.Name} was not called, because it would block: {missing} within {limit}.";
                        break;
                    default:
                        refused = $"{Name(command.Call)} on {socket.Name} was not called: {call.Reason}.";
                        break;
                }
            }
            else
            {
                using ITimer timer = _time.CreateTimer(_ => call.Stop($"stopped after {limit} by the agent"), null,
                    TimeSpan.FromMilliseconds(command.TimeoutMs), Timeout.InfiniteTimeSpan);
                made = command.Call == SocketCall.Connect ? SocketCalls.Connect(socket.Fd, command.Address!.Value) : SocketCalls.Write(socket.Fd, command.Length);
            }
        }
        finally
        {
            call.Returned();
            if (made is { } result)
                TellBlocking(command, socket, call, result, child);
            lock (_gate)
            {
                socket.Busy = null;
                if (command.Call == SocketCall.Accept4 && child is null)
                    _sockets.Remove(command.Accepted!);
            }
            call.Dispose();
            End(command, refused);
            lock (_gate)
            {
                _blocking--;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private CallResult Accept(SocketCommand command, LessonSocket listener, out LessonSocket? child)
    {
        CallResult result = SocketCalls.Accept4(listener.Fd, listener.V6, out SocketFd? fd);
        child = fd is null ? null : new LessonSocket(command.Accepted!, fd, listener.V6) { IsEnd = true, Linger = listener.Linger };
        if (child is not null)
            Keep(command, child);
        return result;
    }

    private void TellBlocking(SocketCommand command, LessonSocket socket, BlockingCall call, in CallResult result, LessonSocket? child)
    {
        if (command.Call == SocketCall.Connect && result.Succeeded)
            socket.IsEnd = true;
        SocketFd? asked = command.Call == SocketCall.Connect ? socket.Fd : child?.Fd;
        string? remark = call.Reason is { } reason && (!result.Succeeded || result.Result < command.Length && command.Call == SocketCall.Write) ? reason : null;
        _outbox.Add(CallReport.Of(result, socket.Name, asked, child?.Name, remark, child), command.Id);
        foreach (CallResult shutdown in call.Shutdowns)
            _outbox.Add(CallReport.Of(shutdown, socket.Name, remark: $"the agent ends {Name(command.Call)}"), command.Id);
    }

    private void Keep(SocketCommand command, LessonSocket socket)
    {
        _own.Add(socket.Inode);
        lock (_gate)
        {
            _sockets[socket.Name] = socket;
            _run = command.Run;
        }
    }

    private void Tell(SocketCommand command, in CallResult result, SocketFd? asked = null) =>
        _outbox.Add(CallReport.Of(result, command.Socket, asked), command.Id);

    // The lab goes on after the end of an order, so what the order changed has to be in the outbox before it.
    private void End(SocketCommand command, string? refused = null)
    {
        _watcher.Look();
        _outbox.End(command.Id, refused);
    }

    private static string Name(SocketCall call) => call.ToString().ToLowerInvariant();

    private static string Seconds(int milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000m:0.###} s");
}
