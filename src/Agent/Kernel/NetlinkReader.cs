using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Takes netlink messages apart (netlink(7)); a length that does not fit ends the reading.</summary>
internal static class NetlinkReader
{
    private const int HeaderLength = 16;
    private const int InterfaceInfoLength = 16;

    /// <summary>Takes the next message off the front.</summary>
    public static bool NextMessage(ref ReadOnlySpan<byte> rest, out Message message)
    {
        message = default;
        if (rest.Length < HeaderLength)
        {
            return false;
        }

        uint length = MemoryMarshal.Read<uint>(rest);
        if (length < HeaderLength || length > rest.Length)
        {
            return false;
        }

        message = new Message(MemoryMarshal.Read<ushort>(rest[4..]), MemoryMarshal.Read<uint>(rest[8..]), rest[HeaderLength..(int)length]);
        rest = rest[Math.Min(((int)length + 3) & ~3, rest.Length)..];
        return true;
    }

    /// <param name="type">NLMSG_*, RTM_*.</param>
    /// <param name="sequence">The request's own; 0 for a notification.</param>
    /// <param name="body">What follows struct nlmsghdr.</param>
    internal readonly ref struct Message(ushort type, uint sequence, ReadOnlySpan<byte> body)
    {
        private readonly ReadOnlySpan<byte> _body = body;

        public ushort Type { get; } = type;

        public uint Sequence { get; } = sequence;

        /// <summary>What follows nlmsghdr.</summary>
        public ReadOnlySpan<byte> Body => _body;

        /// <summary>Of NLMSG_ERROR and NLMSG_DONE: the errno, 0 for an acknowledgement.</summary>
        public int Error => _body.Length >= 4 ? -MemoryMarshal.Read<int>(_body) : 0;

        /// <summary>Of RTM_NEWLINK: the link's index.</summary>
        public int Index => _body.Length >= InterfaceInfoLength ? MemoryMarshal.Read<int>(_body[4..]) : 0;

        /// <summary>Of RTM_NEWLINK: an attribute's payload; empty where it has none.</summary>
        public ReadOnlySpan<byte> Attribute(ushort type) => _body.Length >= InterfaceInfoLength ? FindAttribute(_body[InterfaceInfoLength..], type) : default;
    }

    /// <summary>An attribute's payload among those that follow a message's own header; empty where there is none.</summary>
    public static ReadOnlySpan<byte> FindAttribute(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= 4)
        {
            int length = MemoryMarshal.Read<ushort>(attributes);
            if (length < 4 || length > attributes.Length)
            {
                break;
            }

            if (MemoryMarshal.Read<ushort>(attributes[2..]) == type)
            {
                return attributes[4..length];
            }

            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }

        return default;
    }
}
