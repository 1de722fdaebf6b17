using System.Buffers.Binary;
using System.Text;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// BTF, the kernel's own account of its types (Documentation/bpf/btf.rst, /sys/kernel/btf/vmlinux): where a member stands in a struct of the kernel that runs
/// now. Offsets
/// differ between kernels, so none is written into this program.
/// </summary>
internal sealed class Btf
{
    private const ushort Magic = 0xeb9f;
    private const int HeaderSize = 24,
        TypeSize = 12,
        MaxTypes = 4_000_000,
        MaxDepth = 16;

    private enum Kind : byte
    {
        Int = 1,
        Pointer,
        Array,
        Struct,
        Union,
        Enum,
        Forward,
        Typedef,
        Volatile,
        Const,
        Restrict,
        Function,
        Prototype,
        Variable,
        Section,
        Float,
        DeclTag,
        TypeTag,
        Enum64,
    }

    private readonly byte[] _octets;
    private readonly int[] _types;
    private readonly int _strings,
        _end;

    private Btf(byte[] octets, int[] types, int strings, int end) => (_octets, _types, _strings, _end) = (octets, types, strings, end);

    /// <summary>Null for anything but a whole BTF file of this machine's byte order.</summary>
    public static Btf? Parse(byte[] octets)
    {
        if (octets.Length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(octets) != Magic)
            return null;
        ulong header = Word(octets, 4),
            types = header + Word(octets, 8),
            typesEnd = types + Word(octets, 12),
            strings = header + Word(octets, 16),
            end = strings + Word(octets, 20);
        if (typesEnd > (ulong)octets.Length || end > (ulong)octets.Length || end == strings)
            return null;
        var at = new List<int> { 0 }; // type 0 is void
        for (ulong next = types; next < typesEnd; )
        {
            if (typesEnd - next < TypeSize || at.Count > MaxTypes || Length(octets, (int)next) is not { } length)
                return null;
            at.Add((int)next);
            next += (ulong)length;
            if (next > typesEnd)
                return null;
        }
        return new Btf(octets, [.. at], (int)strings, (int)end);
    }

    /// <summary>
    /// Octets from the begin of a struct to a member: <c>sock_common</c>, <c>skc_net.net</c>. Members of anonymous structs and unions count as the outer one's.
    /// Null for none, and for bit fields.
    /// </summary>
    public int? Offset(string type, string path)
    {
        int found = Find(type);
        int sum = 0;
        foreach (string member in path.Split('.'))
        {
            if (found == 0 || Member(found, Encoding.ASCII.GetBytes(member), 0) is not { } next || next.Bits % 8 != 0)
                return null;
            found = next.Type;
            sum += next.Bits / 8;
        }
        return sum;
    }

    private int Find(string name)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(name);
        for (int id = 1; id < _types.Length; id++)
        {
            if (KindOf(id) == Kind.Struct && Members(id) > 0 && Named(Word(_octets, _types[id]), wanted))
                return id;
        }
        return 0;
    }

    private (int Type, int Bits)? Member(int type, byte[] name, int depth)
    {
        type = Bare(type);
        if (type == 0 || depth > MaxDepth || KindOf(type) is not (Kind.Struct or Kind.Union))
            return null;
        bool packed = Word(_octets, _types[type] + 4) >> 31 != 0; // kind_flag: the offset's upper 8 bits are the width of a bit field
        for (int i = 0, at = _types[type] + TypeSize; i < Members(type); i++, at += TypeSize)
        {
            uint member = Word(_octets, at),
                offset = Word(_octets, at + 8);
            int inner = (int)Word(_octets, at + 4),
                bits = (int)(packed ? offset & 0xffffff : offset);
            if (Named(member, name))
                return packed && offset >> 24 != 0 ? null : (inner, bits);
            if (Named(member, []) && Member(inner, name, depth + 1) is { } found)
                return (found.Type, found.Bits + bits);
        }
        return null;
    }

    // The type without const, volatile and other names; 0 for none.
    private int Bare(int type)
    {
        for (int i = 0; i < MaxDepth && type > 0 && type < _types.Length; i++)
        {
            if (KindOf(type) is not (Kind.Typedef or Kind.Volatile or Kind.Const or Kind.Restrict or Kind.TypeTag))
                return type;
            type = (int)Word(_octets, _types[type] + 8);
        }
        return 0;
    }

    private Kind KindOf(int id) => (Kind)(Word(_octets, _types[id] + 4) >> 24 & 31);

    private int Members(int id) => (int)(Word(_octets, _types[id] + 4) & 0xffff);

    private bool Named(uint offset, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> rest = _octets.AsSpan(_strings.._end);
        if (offset >= (uint)rest.Length)
            return false;
        rest = rest[(int)offset..];
        return rest.StartsWith(name) && rest.Length > name.Length && rest[name.Length] == 0;
    }

    private static int? Length(byte[] octets, int at)
    {
        uint info = Word(octets, at + 4);
        int count = (int)(info & 0xffff);
        return (Kind)(info >> 24 & 31) switch
        {
            Kind.Int or Kind.Variable or Kind.DeclTag => TypeSize + 4,
            Kind.Array => TypeSize + 12,
            Kind.Struct or Kind.Union or Kind.Section or Kind.Enum64 => TypeSize + 12 * count,
            Kind.Enum or Kind.Prototype => TypeSize + 8 * count,
            Kind.Pointer or Kind.Forward or Kind.Typedef or Kind.Volatile or Kind.Const or Kind.Restrict or Kind.Function or Kind.Float or Kind.TypeTag =>
                TypeSize,
            _ => null,
        };
    }

    private static uint Word(byte[] octets, int at) => BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(at));
}
