using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// NETLINK_SOCK_DIAG (sock_diag(7)): questions about the TCP sockets of the network namespace in which it was opened, for one thread at a time.
/// Looking needs no right; destroying needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
/// </summary>
internal sealed unsafe class SockDiag : IDisposable
{
    /// <summary>The kernel answers before send returns; this only keeps a thread from waiting for ever.</summary>
    private const int AnswerSeconds = 5;

    /// <summary>What the kernel puts into one datagram of a dump at most.</summary>
    private const int MaxDatagram = 32 * 1024;

    /// <summary>Octets of a request: its headers, and the program that picks <see cref="Core.Wire.WatchOrder.MaxPorts"/> ports.</summary>
    private const int Room = 128 + Core.Wire.WatchOrder.MaxPorts * DiagPortFilter.OctetsPerPort;

    private readonly SocketFd _fd;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(MaxDatagram, pinned: true);
    private readonly List<DiagSocket> _found = [];
    private uint _sequence;
    private bool _oneWalk = true;

    private SockDiag(SocketFd fd) => _fd = fd;

    /// <summary>Opens it in the calling thread's network namespace; null where the kernel has no sock_diag for TCP.</summary>
    public static SockDiag? Open(out int errno)
    {
        var fd = new SocketFd(Libc.Socket(Constants.AF_NETLINK, Constants.SOCK_RAW | Constants.SOCK_CLOEXEC, Constants.NETLINK_SOCK_DIAG));
        errno = fd.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        if (errno != 0)
            return null;
        nint* limit = stackalloc nint[2] { AnswerSeconds, 0 }; // struct timeval: seconds, microseconds
        _ = Libc.SetSockOpt(fd.Number, Constants.SOL_SOCKET, Constants.SO_RCVTIMEO, limit, 2 * (uint)sizeof(nint));
        var diag = new SockDiag(fd);
        // A dump of no state: the kernel answers ENOENT when tcp_diag is missing.
        errno = diag.Dump([], 0, []);
        if (errno != 0 && diag._oneWalk)
        {
            diag._oneWalk = false;
            errno = diag.Dump([], 0, []);
        }
        if (errno == 0)
            return diag;
        diag.Dispose();
        return null;
    }

    /// <summary>Bits of idiag_states.</summary>
    public static uint States(params ReadOnlySpan<TcpState> states)
    {
        uint bits = 0;
        foreach (TcpState state in states)
            bits |= 1u << (int)state;
        return bits;
    }

    /// <summary>
    /// The socket with exactly these two ends; null with errno ENOENT for none. The kernel itself answers with the listener when no connection has the pair
    /// (inet_lookup), so what it says is compared with what was asked.
    /// </summary>
    public DiagSocket? Find(SocketPair pair, out int errno)
    {
        _found.Clear();
        var message = new NetlinkWriter(stackalloc byte[128], Constants.SOCK_DIAG_BY_FAMILY, Constants.NLM_F_REQUEST, ++_sequence);
        message.Header(Request(pair.Local.IsV6, uint.MaxValue, DiagSocket.Id(pair)));
        errno = Ask(message.Finish(), _found);
        if (errno == 0 && _found is [var found] && Same(found.Pair, pair))
            return found;
        errno = errno == 0 ? Constants.ENOENT : errno;
        return null;
    }

    /// <summary>
    /// Adds every socket, of both families, in one of the states whose local or remote port is one of these. Returns the errno, 0 for none. Asked by family the
    /// kernel walks its whole
    /// table twice; the older request, which has no family (inet_diag_dump_compat), takes both in one walk, and half the time.
    /// </summary>
    /// <param name="ports">At most <see cref="Core.Wire.WatchOrder.MaxPorts"/>; empty for every port.</param>
    /// <param name="states">Bits as of <see cref="States"/>; TCP_BOUND_INACTIVE asks for bound sockets, where the kernel has it (6.8).</param>
    /// <param name="into">Takes them.</param>
    public int Dump(ReadOnlySpan<ushort> ports, uint states, List<DiagSocket> into)
    {
        if (!_oneWalk)
            return Dump(v6: false, ports, states, into) is not 0 and var errno ? errno : Dump(v6: true, ports, states, into);
        var message = new NetlinkWriter(stackalloc byte[Room], Constants.TCPDIAG_GETSOCK, Constants.NLM_F_REQUEST | Constants.NLM_F_DUMP, ++_sequence);
        message.Header(new InetDiagReq { States = states });
        return Dump(ref message, ports, into);
    }

    private int Dump(bool v6, ReadOnlySpan<ushort> ports, uint states, List<DiagSocket> into)
    {
        var message = new NetlinkWriter(stackalloc byte[Room], Constants.SOCK_DIAG_BY_FAMILY, Constants.NLM_F_REQUEST | Constants.NLM_F_DUMP, ++_sequence);
        message.Header(Request(v6, states, default));
        return Dump(ref message, ports, into);
    }

    private int Dump(ref NetlinkWriter message, ReadOnlySpan<ushort> ports, List<DiagSocket> into)
    {
        if (!ports.IsEmpty)
            message.Attribute(Constants.INET_DIAG_REQ_BYTECODE, DiagPortFilter.Program(ports));
        return Ask(message.Finish(), into, dump: true);
    }

    /// <summary>
    /// Destroys exactly this socket (SOCK_DESTROY). Its cookie is part of the request: with the addresses alone the kernel would take the listener
    /// when the connection is gone.
    /// </summary>
    public CallResult Destroy(in DiagSocket socket)
    {
        _found.Clear();
        var message = new NetlinkWriter(stackalloc byte[128], Constants.SOCK_DESTROY, Constants.NLM_F_REQUEST | Constants.NLM_F_ACK, ++_sequence);
        message.Header(Request(socket.Pair.Local.IsV6, uint.MaxValue, DiagSocket.Id(socket.Pair, socket.Interface, socket.Cookie)));
        ReadOnlySpan<byte> request = message.Finish();
        long start = KernelClock.Monotonic();
        int errno = Ask(request, _found);
        long duration = KernelClock.Monotonic() - start;
        var args = new CallArguments { Address = socket.Pair.Local, Peer = socket.Pair.Remote };
        return new CallResult("SOCK_DESTROY", args, errno == 0 ? 0 : -1, errno, start, duration);
    }

    public void Dispose() => _fd.Dispose();

    private static InetDiagReqV2 Request(bool v6, uint states, InetDiagSockId id) =>
        new()
        {
            Family = (byte)(v6 ? Constants.AF_INET6 : Constants.AF_INET),
            Protocol = Constants.IPPROTO_TCP,
            States = states,
            Id = id,
        };

    private static bool Same(SocketPair a, SocketPair b) =>
        a.Local.Unmapped() == b.Local.Unmapped() && (a.Remote.Unmapped() == b.Remote.Unmapped() || a.Remote.Port + b.Remote.Port == 0);

    // Sends a request and takes the answer to its end; the errno, 0 for none.
    private int Ask(ReadOnlySpan<byte> request, List<DiagSocket> into, bool dump = false)
    {
        fixed (byte* octets = request)
        {
            if (Libc.Write(_fd.Number, octets, (nuint)request.Length) != request.Length)
                return Marshal.GetLastPInvokeError();
        }
        while (true)
        {
            nint length;
            fixed (byte* buffer = _received)
                length = Libc.Read(_fd.Number, buffer, MaxDatagram);
            if (length <= 0)
            {
                int errno = length < 0 ? Marshal.GetLastPInvokeError() : Constants.EIO;
                if (errno == Constants.EINTR)
                    continue;
                return errno;
            }
            ReadOnlySpan<byte> rest = _received.AsSpan(0, (int)length);
            while (NetlinkReader.NextMessage(ref rest, out NetlinkReader.Message answer))
            {
                // What a request that was given up left behind.
                if (answer.Sequence != _sequence)
                    continue;
                if (answer.Type is Constants.NLMSG_DONE or Constants.NLMSG_ERROR)
                    return answer.Error;
                if (answer.Type is Constants.SOCK_DIAG_BY_FAMILY or Constants.TCPDIAG_GETSOCK && DiagSocket.TryRead(answer.Body, out DiagSocket socket))
                    into.Add(dump ? socket.AsDumped() : socket);
                if (!dump)
                    return 0;
            }
        }
    }
}
