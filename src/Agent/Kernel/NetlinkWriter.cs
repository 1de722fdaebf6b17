using System.Runtime.InteropServices;
using System.Text;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// Builds one netlink message (netlink(7)): nlmsghdr, a family's own header, then attributes, each a length, a type and a payload padded to 4 octets.
/// Attributes nest: <see cref="Begin"/> opens one, <see cref="End"/> writes its length.
/// </summary>
internal ref struct NetlinkWriter
{
    private const int HeaderLength = 16;
    private readonly Span<byte> _buffer;
    private int _length;

    /// <param name="buffer">Long enough for the whole message, all zero.</param>
    /// <param name="type">RTM_*, SOCK_DIAG_BY_FAMILY.</param>
    /// <param name="flags">NLM_F_*.</param>
    /// <param name="sequence">Comes back in the answer.</param>
    public NetlinkWriter(Span<byte> buffer, ushort type, ushort flags, uint sequence)
    {
        _buffer = buffer;
        _length = HeaderLength;
        MemoryMarshal.Write(buffer[4..], type);
        MemoryMarshal.Write(buffer[6..], flags);
        MemoryMarshal.Write(buffer[8..], sequence);
    }

    /// <summary>A family's own header, as it lies in memory.</summary>
    public void Header<T>(in T header)
        where T : unmanaged => MemoryMarshal.Write(Reserve(System.Runtime.CompilerServices.Unsafe.SizeOf<T>()), header);

    /// <summary>struct ifinfomsg: family AF_UNSPEC, then type, index, flags and the mask of flags that change.</summary>
    public void InterfaceInfo(int index, uint flags, uint change)
    {
        Span<byte> at = Reserve(16);
        MemoryMarshal.Write(at[4..], index);
        MemoryMarshal.Write(at[8..], flags);
        MemoryMarshal.Write(at[12..], change);
    }

    /// <summary>struct ifaddrmsg: family, prefix length, flags, scope (global), index.</summary>
    public void InterfaceAddress(byte family, byte prefixLength, byte flags, int index)
    {
        Span<byte> at = Reserve(8);
        at[0] = family;
        at[1] = prefixLength;
        at[2] = flags;
        MemoryMarshal.Write(at[4..], index);
    }

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> payload)
    {
        Span<byte> at = Reserve(4 + payload.Length);
        MemoryMarshal.Write(at, (ushort)(4 + payload.Length));
        MemoryMarshal.Write(at[2..], type);
        payload.CopyTo(at[4..]);
    }

    public void Attribute(ushort type, int value)
    {
        Span<byte> payload = stackalloc byte[4];
        MemoryMarshal.Write(payload, value);
        Attribute(type, payload);
    }

    /// <summary>A string with its closing zero.</summary>
    public void Attribute(ushort type, string text) => Attribute(type, Encoding.ASCII.GetBytes(text + '\0'));

    /// <returns>Where the attribute begins, for <see cref="End"/>.</returns>
    public int Begin(ushort type)
    {
        int start = _length;
        MemoryMarshal.Write(Reserve(4)[2..], type);
        return start;
    }

    public readonly void End(int start) => MemoryMarshal.Write(_buffer[start..], (ushort)(_length - start));

    /// <summary>The finished message.</summary>
    public readonly ReadOnlySpan<byte> Finish()
    {
        MemoryMarshal.Write(_buffer, _length);
        return _buffer[.._length];
    }

    private Span<byte> Reserve(int length)
    {
        Span<byte> taken = _buffer.Slice(_length, length);
        _length += (length + 3) & ~3;
        return taken;
    }
}
