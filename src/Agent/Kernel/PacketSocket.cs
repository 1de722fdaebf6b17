using System.Runtime.InteropServices;
using static ReuseAddrDashboard.Agent.Kernel.PacketConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// A packet(7) socket on all interfaces of the opening thread's network namespace: IP packets of the watched ports, each with the kernel's stamp. Its buffers
/// are made once.
/// Needs CAP_NET_RAW in the namespace's user namespace. Not for several threads at once.
/// </summary>
internal sealed unsafe class PacketSocket : IDisposable
{
    /// <summary>Packets taken with one call at most.</summary>
    public const int Batch = 64;

    /// <summary>Octets asked of the kernel for packets that wait: several thousand segments. The kernel gives less where net.core.rmem_max says so.</summary>
    public const int ReceiveBuffer = 4 * 1024 * 1024;

    private const int Room = Core.Tcp.SegmentParser.HeaderRoom,
        ControlRoom = 64;

    private readonly SocketFd _fd;
    private readonly MMsgHdr* _messages;
    private readonly IoVec* _vectors;
    private readonly SockAddrLl* _addresses;
    private readonly byte* _octets;
    private readonly byte* _control;
    private bool _disposed;

    private PacketSocket(SocketFd fd)
    {
        _fd = fd;
        _messages = (MMsgHdr*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(MMsgHdr));
        _vectors = (IoVec*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(IoVec));
        _addresses = (SockAddrLl*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(SockAddrLl));
        _octets = (byte*)NativeMemory.AllocZeroed(Batch, Room);
        _control = (byte*)NativeMemory.AllocZeroed(Batch, ControlRoom);
        for (int i = 0; i < Batch; i++)
        {
            _vectors[i] = new IoVec { Base = _octets + i * Room, Length = Room };
            _messages[i].Header = new MsgHdr
            {
                Name = _addresses + i,
                Iov = _vectors + i,
                IovLength = 1,
                Control = _control + i * ControlRoom,
            };
        }
    }

    ~PacketSocket() => Free();

    public int Number => _fd.Number;

    /// <summary>Opens the socket; it sees nothing until <see cref="Watch"/>. Null, with the reason, where the agent may not or the kernel cannot.</summary>
    /// <param name="receiveBuffer">Octets to ask for.</param>
    /// <param name="refusal">The call that failed.</param>
    public static PacketSocket? Open(out KernelRefusal? refusal, int receiveBuffer = ReceiveBuffer)
    {
        // Protocol 0 hears nothing: the filter comes before the first packet.
        var fd = new SocketFd(Libc.Socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (fd.IsInvalid)
        {
            refusal = KernelRefusal.Last("socket(AF_PACKET, SOCK_DGRAM, 0)");
            return null;
        }
        var socket = new PacketSocket(fd);
        refusal = socket.Prepare(receiveBuffer);
        if (refusal is null)
            return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>Takes over a socket that <see cref="Open"/> made ready in another program of this process.</summary>
    public static PacketSocket Adopt(int fd) => new(new SocketFd(fd));

    /// <summary>Lets the segments of these ports pass from now on, instead of any before. Earlier ones may still wait.</summary>
    /// <param name="ports">At most <see cref="Core.Wire.WatchOrder.MaxPorts"/>; none for silence.</param>
    /// <param name="loopbackOnce">See <see cref="PortFilter.Program"/>.</param>
    public KernelRefusal? Watch(ReadOnlySpan<ushort> ports, bool loopbackOnce)
    {
        SockFilter[] filter = PortFilter.Program(ports, loopbackOnce);
        fixed (SockFilter* code = filter)
        {
            var program = new SockFprog { Length = (ushort)filter.Length, Filter = code };
            return Libc.SetSockOpt(Number, Constants.SOL_SOCKET, SO_ATTACH_FILTER, &program, (uint)sizeof(SockFprog)) == 0
                ? null
                : KernelRefusal.Last("setsockopt(SO_ATTACH_FILTER)");
        }
    }

    /// <summary>Takes what waits, without waiting: how many packets <see cref="Packet"/> now shows, 0 for none.</summary>
    /// <param name="errno">The error's number, such as ENETDOWN after an interface went; 0 for none.</param>
    public int Receive(out int errno)
    {
        for (int i = 0; i < Batch; i++)
        {
            _messages[i].Header.NameLength = (uint)sizeof(SockAddrLl);
            _messages[i].Header.ControlLength = ControlRoom;
        }
        // MSG_TRUNC: the packet's own length is told, not the part that had room.
        int count = Libc.RecvMMsg(Number, _messages, Batch, MSG_DONTWAIT | MSG_TRUNC, null);
        errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (errno is EAGAIN or Constants.EINTR)
            errno = 0;
        return Math.Max(count, 0);
    }

    /// <summary>One of the packets taken last; valid until the next <see cref="Receive"/>.</summary>
    public CapturedPacket Packet(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Batch);
        int length = (int)Math.Min(_messages[i].Length, int.MaxValue);
        return new CapturedPacket(new ReadOnlySpan<byte>(_octets + i * Room, Math.Min(length, Room)), length, Stamp(_messages[i].Header), _addresses[i]);
    }

    /// <summary>Packets that found the buffer full since this was asked last.</summary>
    public long TakeDrops()
    {
        TpacketStats stats;
        uint length = (uint)sizeof(TpacketStats);
        return Libc.GetSockOpt(Number, SOL_PACKET, PACKET_STATISTICS, &stats, &length) == 0 ? stats.Drops : 0;
    }

    public void Dispose()
    {
        _fd.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private KernelRefusal? Prepare(int receiveBuffer)
    {
        int on = 1;
        if (Watch([], loopbackOnce: true) is { } filter)
            return filter;
        if (Libc.SetSockOpt(Number, Constants.SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(int)) != 0)
            return KernelRefusal.Last("setsockopt(SO_TIMESTAMPNS)");
        // Without CAP_NET_ADMIN outside of any user namespace the first is refused, and the second bounded.
        if (
            Libc.SetSockOpt(Number, Constants.SOL_SOCKET, SO_RCVBUFFORCE, &receiveBuffer, sizeof(int)) != 0
            && Libc.SetSockOpt(Number, Constants.SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof(int)) != 0
        )
        {
            return KernelRefusal.Last("setsockopt(SO_RCVBUF)");
        }

        var all = new SockAddrLl { Family = AF_PACKET, Protocol = (ushort)System.Net.IPAddress.HostToNetworkOrder((short)ETH_P_ALL) };
        return Libc.Bind(Number, &all, (uint)sizeof(SockAddrLl)) == 0 ? null : KernelRefusal.Last("bind(AF_PACKET, ETH_P_ALL)");
    }

    // SCM_TIMESTAMPNS is the only control message that was asked for.
    private static long Stamp(in MsgHdr header)
    {
        if (header.ControlLength < (nuint)(sizeof(CMsgHdr) + sizeof(TimeSpec)))
            return 0;
        var control = (CMsgHdr*)header.Control;
        if (control->Level != Constants.SOL_SOCKET || control->Type != SCM_TIMESTAMPNS)
            return 0;
        var time = (TimeSpec*)(control + 1);
        return time->Seconds * 1_000_000_000 + time->Nanoseconds;
    }

    private void Free()
    {
        if (_disposed)
            return;
        _disposed = true;
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_octets);
        NativeMemory.Free(_control);
    }
}
