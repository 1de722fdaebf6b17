using System.Buffers.Binary;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using static ReuseAddrDashboard.Agent.Kernel.PacketConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A packet as the kernel gave it.</summary>
/// <param name="octets">From the IP header on, as far as there was room.</param>
/// <param name="wireLength">Its whole length from the IP header on.</param>
/// <param name="stamp">CLOCK_REALTIME in nanoseconds; 0 for none.</param>
/// <param name="from">Where it was seen.</param>
internal readonly ref struct CapturedPacket(ReadOnlySpan<byte> octets, int wireLength, long stamp, in SockAddrLl from)
{
    private const int SllLength = 16;

    private readonly SockAddrLl _from = from;

    public ReadOnlySpan<byte> Octets { get; } = octets;

    public int WireLength { get; } = wireLength;

    public long Stamp { get; } = stamp;

    /// <summary>PACKET_HOST, PACKET_OUTGOING, ...</summary>
    public byte Type { get; } = from.PktType;

    /// <summary>The interface's index.</summary>
    public int Interface { get; } = from.Index;

    public bool IsLoopback { get; } = from.HaType == ARPHRD_LOOPBACK;

    /// <summary>
    /// The packet as a frame: a Linux cooked header (LINKTYPE_LINUX_SLL), made of what the kernel tells beside the packet as libpcap makes it for all
    /// interfaces, and the packet.
    /// </summary>
    /// <param name="most">Octets of the packet that are taken at most.</param>
    public unsafe CapturedFrame Frame(int most)
    {
        ReadOnlySpan<byte> taken = Octets[..Math.Min(Octets.Length, most)];
        byte[] frame = new byte[SllLength + taken.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, _from.PktType);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), _from.HaType);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(4), _from.HaLen);
        fixed (byte* address = _from.Address)
            new ReadOnlySpan<byte>(address, 8).CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), (ushort)System.Net.IPAddress.NetworkToHostOrder((short)_from.Protocol));
        taken.CopyTo(frame.AsSpan(SllLength));
        return new CapturedFrame((int)FrameKind.LinuxSll, SllLength + WireLength, frame);
    }
}
