using System.Buffers.Binary;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>An <see cref="TcpEndpoint"/> as the kernel's sockaddr_in or sockaddr_in6, and back.</summary>
internal static unsafe class SockAddr
{
    /// <summary>Room for either family.</summary>
    public const int MaxSize = 28;

    public static uint Size(bool v6) => (uint)(v6 ? sizeof(SockAddrIn6) : sizeof(SockAddrIn));

    /// <summary>Writes the address; <paramref name="buffer"/> has <see cref="MaxSize"/> octets.</summary>
    public static uint Write(TcpEndpoint endpoint, byte* buffer)
    {
        ushort port = Swap(endpoint.Port);
        if (!endpoint.IsV6)
        {
            *(SockAddrIn*)buffer = new SockAddrIn
            {
                Family = Constants.AF_INET,
                Port = port,
                Address = Swap((uint)endpoint.Bits),
            };
            return Size(false);
        }
        var address = new SockAddrIn6 { Family = Constants.AF_INET6, Port = port };
        BinaryPrimitives.WriteUInt128BigEndian(new Span<byte>(address.Address, 16), endpoint.Bits);
        *(SockAddrIn6*)buffer = address;
        return Size(true);
    }

    /// <summary>Reads an address of <paramref name="length"/> octets; null for another family.</summary>
    public static TcpEndpoint? Read(byte* buffer, uint length)
    {
        ushort family = length < sizeof(ushort) ? (ushort)0 : *(ushort*)buffer;
        if (family == Constants.AF_INET && length >= sizeof(SockAddrIn))
            return TcpEndpoint.V4(Swap(((SockAddrIn*)buffer)->Address), Swap(((SockAddrIn*)buffer)->Port));
        if (family == Constants.AF_INET6 && length >= sizeof(SockAddrIn6))
        {
            return TcpEndpoint.V6(
                BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(((SockAddrIn6*)buffer)->Address, 16)),
                Swap(((SockAddrIn6*)buffer)->Port)
            );
        }

        return null;
    }

    private static ushort Swap(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static uint Swap(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
