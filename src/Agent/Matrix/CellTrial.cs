using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary>
/// One cell on a port of its own: makes what is to be left, then binds and listens with the second socket. Sockets are open until it is disposed. Whatever ends
/// this process before that leaves no connection
/// behind: every end of one has SO_LINGER {1, 0} until it is to be closed in its order.
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="port">Nobody has it.</param>
/// <param name="clientPort">The client's, which nobody has either: the kernel might choose one that a run is about; null where the cell has no
/// connection.</param>
internal sealed class CellTrial(MatrixCell cell, ushort port, ushort? clientPort) : IDisposable
{
    /// <summary>connect and accept give up after so long: on loopback a firewall alone keeps them waiting.</summary>
    private const int LimitMs = 2000;

    // TCP_QUICKACK (tcp(7)): a FIN is acknowledged at once, not up to 40 ms later.
    private static readonly SocketOption QuickAck = new(6, 12);

    private readonly List<SocketFd> _open = [];

    public MatrixCell Cell => cell;

    public ushort Port => port;

    /// <summary>Why what is to be left could not be made; null while nothing is wrong.</summary>
    public Message? Fault { get; private set; }

    /// <summary>True when nobody answered the client: something filters it.</summary>
    public bool Unanswered => Fault?["errno"] is "EINPROGRESS" or "EAGAIN" or "ETIMEDOUT";

    /// <summary>It is not to be tried.</summary>
    public void GiveUp(Message why) => Fault ??= why;

    /// <summary>Makes what is to be left on the port. What came of it the kernel's table tells.</summary>
    public void Prepare()
    {
        if (cell.Left == LeftOnPort.Nothing)
            return;
        TcpEndpoint at = MatrixRule.At(cell.First, port);
        if (Open(cell.First, cell.FirstOptions) is not { } listener || !Did(SocketCalls.Bind(listener, at)) || cell.Left == LeftOnPort.Bound)
            return;
        if (
            !Did(SocketCalls.SetSockOpt(listener, SocketOption.RcvTimeo, OptionValue.Timeval(LimitMs)))
            || !Did(SocketCalls.Listen(listener, 1))
            || cell.Left == LeftOnPort.Listen
        )
        {
            return;
        }

        if (Connect() is not { } client || Accept(listener, at.IsV6, client) is not { } child)
            return;
        Close(listener);
        switch (cell.Left)
        {
            case LeftOnPort.CloseWait:
                Did(SocketCalls.Shutdown(client, ShutdownHow.Write));
                break;
            case LeftOnPort.FinWait2:
                CloseInOrder(child);
                break;
            case LeftOnPort.TimeWait:
                CloseInOrder(child);
                CloseInOrder(client);
                break;
        }
    }

    /// <summary>Whether the kernel's table shows what is to be left, and nothing else.</summary>
    /// <param name="rows">The sockets that have the port as their own. Of bound ones not every kernel tells.</param>
    public bool IsThere(IReadOnlyList<PortRow> rows)
    {
        PortRow[] told = [.. rows.Where(r => r.State != TcpState.BoundInactive)];
        return cell.State is { } state and not TcpState.BoundInactive
            ? told is [var one] && one.State == state && one.Local == MatrixRule.LeftAt(cell, port)
            : told.Length == 0;
    }

    /// <summary>Binds the second socket and has it listen.</summary>
    public MatrixResult Try()
    {
        if (Open(cell.Second, cell.SecondOptions) is not { } second)
            return Untried(Fault!);
        CallResult bind = SocketCalls.Bind(second, MatrixRule.At(cell.Second, port));
        if (!bind.Succeeded)
            return new(cell, new(PortCall.Bind, Errno.Name(bind.Errno)));
        CallResult listen = SocketCalls.Listen(second, 1);
        return new(cell, listen.Succeeded ? MatrixAnswer.Ok : new(PortCall.Listen, Errno.Name(listen.Errno)));
    }

    /// <summary>It was not tried.</summary>
    public MatrixResult Untried(Message why) => new(cell, null, why);

    /// <summary>Closes what is open; of connections nothing is left but TIME-WAIT where that is the cell's.</summary>
    public void Dispose()
    {
        _open.ForEach(fd => _ = fd.IsClosed || fd.IsInvalid ? default : SocketCalls.Close(fd));
        _open.Clear();
    }

    private SocketFd? Open(CellAddress address, CellOptions options)
    {
        bool v6 = address != CellAddress.V4;
        if (!Did(SocketCalls.Socket(v6 ? SocketFamily.Inet6 : SocketFamily.Inet, out SocketFd? made)) || made is null)
            return null;
        _open.Add(made);
        // net.ipv6.bindv6only may have it on.
        bool set =
            (!v6 || Set(made, SocketOption.V6Only, 0))
            && (!options.ReuseAddr || Set(made, SocketOption.ReuseAddr, 1))
            && (!options.ReusePort || Set(made, SocketOption.ReusePort, 1));
        return set ? made : null;
    }

    private SocketFd? Connect()
    {
        TcpEndpoint to = MatrixRule.ReachedAt(cell.First, port);
        if (clientPort is not { } from || !Did(SocketCalls.Socket(to.IsV6 ? SocketFamily.Inet6 : SocketFamily.Inet, out SocketFd? client)) || client is null)
            return null;
        _open.Add(client);
        return
            Linger(client, reset: true)
            && Did(SocketCalls.Bind(client, MatrixRule.ReachedAt(cell.First, from)))
            && Did(SocketCalls.SetSockOpt(client, SocketOption.SndTimeo, OptionValue.Timeval(LimitMs)))
            && Did(SocketCalls.Connect(client, to))
            && Set(client, QuickAck, 1)
            ? client
            : null;
    }

    // A listener on [::] may be reached by others as well: whoever is not the cell's own client is sent away.
    private SocketFd? Accept(SocketFd listener, bool v6, SocketFd client)
    {
        TcpEndpoint? own = SocketNames.Local(client)?.Unmapped();
        while (Did(SocketCalls.Accept4(listener, v6, out SocketFd? child)) && child is not null)
        {
            _open.Add(child);
            if (!Linger(child, reset: true))
                return null;
            if (SocketNames.Remote(child)?.Unmapped() == own)
                return child;
            Close(child);
        }
        return null;
    }

    private void CloseInOrder(SocketFd fd)
    {
        if (Linger(fd, reset: false))
            Close(fd);
    }

    private void Close(SocketFd fd)
    {
        _open.Remove(fd);
        Did(SocketCalls.Close(fd));
    }

    private bool Linger(SocketFd fd, bool reset) => Did(SocketCalls.SetSockOpt(fd, SocketOption.Linger, OptionValue.Linger(reset, 0)));

    private bool Set(SocketFd fd, SocketOption option, int value) => Did(SocketCalls.SetSockOpt(fd, option, OptionValue.Of(value)));

    private bool Did(in CallResult result)
    {
        if (!result.Succeeded)
            Fault ??= Message.Of(MatrixCodes.CallFailed, ("call", result.Call), ("errno", Errno.Name(result.Errno)));
        return result.Succeeded;
    }
}
