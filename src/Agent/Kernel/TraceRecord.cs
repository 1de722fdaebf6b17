using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>What the kernel told.</summary>
internal enum TraceKind : byte
{
    /// <summary>sock:inet_sock_set_state: a full socket goes from <see cref="TraceRecord.Old"/> to <see cref="TraceRecord.New"/>.</summary>
    State = 1,

    /// <summary>timer:timer_start of a minisock in state <see cref="TraceRecord.New"/>.</summary>
    TimerStart,

    /// <summary>timer:timer_cancel: before a new start, before it expires, or because the minisock is taken away.</summary>
    TimerCancel,

    /// <summary>timer:timer_expire_entry: the minisock's time is over.</summary>
    TimerExpire,

    /// <summary>skb:kfree_skb with a minisock that has just taken the segment in; it is in state <see cref="TraceRecord.New"/> now.</summary>
    Segment,
}

/// <summary>One record as the programs of <see cref="TracePrograms"/> write it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct TraceRecord
{
    public const int TimeAt = 0,
        AddressAt = 8,
        InodeAt = 16,
        LeftAt = 24,
        UidAt = 32,
        Local4At = 36,
        Remote4At = 40,
        LocalPortAt = 44,
        RemotePortAt = 46;
    public const int Local6At = 48,
        Remote6At = 64,
        FamilyAt = 80,
        KindAt = 82,
        OldAt = 83,
        NewAt = 84,
        Size = 88;

    /// <summary>CLOCK_MONOTONIC, nanoseconds: of the kernel in the ring, of the agent once <see cref="TraceTap.TryRead"/> has given it.</summary>
    [FieldOffset(TimeAt)]
    public long Time;

    /// <summary>The kernel's struct sock or struct inet_timewait_sock: tells sockets apart while they live.</summary>
    [FieldOffset(AddressAt)]
    public ulong Address;

    /// <summary>0 while no process has the socket.</summary>
    [FieldOffset(InodeAt)]
    public ulong Inode;

    /// <summary>Minisocks: ticks until the timer expires.</summary>
    [FieldOffset(LeftAt)]
    public long Left;

    [FieldOffset(UidAt)]
    public uint Uid;

    /// <summary>Addresses and ports are in network byte order.</summary>
    [FieldOffset(Local4At)]
    public uint Local4;

    [FieldOffset(Remote4At)]
    public uint Remote4;

    [FieldOffset(LocalPortAt)]
    public ushort LocalPort;

    [FieldOffset(RemotePortAt)]
    public ushort RemotePort;

    [FieldOffset(Local6At)]
    public fixed byte Local6[16];

    [FieldOffset(Remote6At)]
    public fixed byte Remote6[16];

    [FieldOffset(FamilyAt)]
    public ushort Family;

    [FieldOffset(KindAt)]
    public TraceKind Kind;

    [FieldOffset(OldAt)]
    public TcpState Old;

    [FieldOffset(NewAt)]
    public TcpState New;

    /// <summary>The two ends; a socket without a peer has the wildcard with port 0 there.</summary>
    public readonly SocketPair Pair
    {
        get
        {
            ushort local = Host(LocalPort),
                remote = Host(RemotePort);
            if (Family != Constants.AF_INET6)
                return new SocketPair(TcpEndpoint.V4(Host(Local4), local), TcpEndpoint.V4(Host(Remote4), remote));
            fixed (
                byte* l = Local6,
                    r = Remote6
            )
            {
                return new SocketPair(
                    TcpEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(l, 16)), local),
                    TcpEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(r, 16)), remote)
                );
            }
        }
    }

    private static ushort Host(ushort network) => BinaryPrimitives.ReverseEndianness(network);

    private static uint Host(uint network) => BinaryPrimitives.ReverseEndianness(network);
}
