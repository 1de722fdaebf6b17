using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A socket as sock_diag tells of it (struct inet_diag_msg).</summary>
internal readonly record struct DiagSocket
{
    public SocketPair Pair { get; private init; }

    /// <summary>A full socket's state; of a timewait minisock TIME-WAIT or FIN-WAIT-2.</summary>
    public TcpState State { get; private init; }

    /// <summary>In milliseconds, rounded to the kernel's ticks; null when none runs.</summary>
    public SocketTimer? Timer { get; private init; }

    public byte Retransmits { get; private init; }

    public uint RecvQ { get; private init; }

    /// <summary>Of a listener the backlog.</summary>
    public uint SendQ { get; private init; }

    public uint Uid { get; private init; }

    public ulong Inode { get; private init; }

    /// <summary>The device it is bound to; 0 for any.</summary>
    public uint Interface { get; private init; }

    /// <summary>
    /// The kernel's number for this socket since boot, given when it is first asked for. A timewait minisock takes over what its socket had until then
    /// (inet_twsk_alloc).
    /// </summary>
    public ulong Cookie { get; private init; }

    /// <summary>IPV6_V6ONLY; the kernel says it of AF_INET6 sockets that are bound or listen, null of others.</summary>
    public bool? V6Only { get; private init; }

    /// <summary>True for TIME-WAIT, and for a FIN-WAIT-2 that is a minisock already.</summary>
    public bool IsMinisock => Timer is { Kind: TimerKind.TimeWait };

    /// <summary>Reads the body of a message; false when it is cut short or of another family.</summary>
    public static unsafe bool TryRead(ReadOnlySpan<byte> body, out DiagSocket socket)
    {
        socket = default;
        if (body.Length < Unsafe.SizeOf<InetDiagMsg>())
            return false;
        InetDiagMsg m = MemoryMarshal.Read<InetDiagMsg>(body);
        if (m.Family is not (Constants.AF_INET or Constants.AF_INET6) || m.State is 0 or > (byte)TcpState.BoundInactive)
            return false;
        bool v6 = m.Family == Constants.AF_INET6;
        socket = new DiagSocket
        {
            Pair = new SocketPair(At(v6, new(m.Id.Src, 16), m.Id.SPort), At(v6, new(m.Id.Dst, 16), m.Id.DPort)),
            State = (TcpState)m.State,
            Timer = (TimerKind)m.Timer is > TimerKind.Off and <= TimerKind.Persist ? new SocketTimer((TimerKind)m.Timer, m.Expires * 1_000_000L) : null,
            Retransmits = m.Retransmits,
            RecvQ = m.RQueue,
            SendQ = m.WQueue,
            Uid = m.Uid,
            Inode = m.Inode,
            Interface = m.Id.Interface,
            Cookie = m.Id.Cookie[0] | (ulong)m.Id.Cookie[1] << 32,
            V6Only = NetlinkReader.FindAttribute(body[Unsafe.SizeOf<InetDiagMsg>()..], Constants.INET_DIAG_SKV6ONLY) is [var only, ..] ? only != 0 : null,
        };
        return true;
    }

    /// <summary>The id to ask for a pair with.</summary>
    /// <param name="pair">Both of one family.</param>
    /// <param name="device">idiag_if.</param>
    /// <param name="cookie">Null for whichever socket has the pair.</param>
    public static unsafe InetDiagSockId Id(SocketPair pair, uint device = 0, ulong? cookie = null)
    {
        InetDiagSockId id = default;
        id.SPort = Port(pair.Local);
        id.DPort = Port(pair.Remote);
        Write(pair.Local, new Span<byte>(id.Src, 16));
        Write(pair.Remote, new Span<byte>(id.Dst, 16));
        id.Interface = device;
        id.Cookie[0] = cookie is { } low ? (uint)low : Constants.INET_DIAG_NOCOOKIE;
        id.Cookie[1] = cookie is { } high ? (uint)(high >> 32) : Constants.INET_DIAG_NOCOOKIE;
        return id;
    }

    /// <summary>The same socket in the state that sock_diag's dump means: a CLOSE socket with a port is one that was bound (TCP_BOUND_INACTIVE).</summary>
    public DiagSocket AsDumped() => State == TcpState.Close && Pair.Local.Port != 0 ? this with { State = TcpState.BoundInactive } : this;

    private static TcpEndpoint At(bool v6, ReadOnlySpan<byte> address, ushort port)
    {
        ushort host = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port;
        return v6 ? TcpEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(address), host) : TcpEndpoint.V4(BinaryPrimitives.ReadUInt32BigEndian(address), host);
    }

    private static ushort Port(TcpEndpoint at) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(at.Port) : at.Port;

    private static void Write(TcpEndpoint at, Span<byte> address)
    {
        if (at.IsV6)
            BinaryPrimitives.WriteUInt128BigEndian(address, at.Bits);
        else
            BinaryPrimitives.WriteUInt32BigEndian(address, (uint)at.Bits);
    }
}
