using System.Buffers.Binary;
using System.Text;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>
/// A small BTF file: <c>struct outer { int a; union { struct { int b; } ; int c; }; volatile inner_t in; int wide:3; }, struct inner { int x; int y; }</c>.
/// </summary>
internal static class BtfSample
{
    private const uint Int = 1,
        Struct = 4,
        Union = 5,
        Typedef = 8,
        Volatile = 9,
        Bits = 1u << 31;

    public static byte[] Whole()
    {
        var strings = new List<byte> { 0 };
        uint Name(string name)
        {
            uint at = (uint)strings.Count;
            strings.AddRange([.. Encoding.ASCII.GetBytes(name), 0]);
            return at;
        }
        uint a = Name("a"),
            b = Name("b"),
            c = Name("c"),
            inside = Name("in"),
            wide = Name("wide"),
            x = Name("x"),
            y = Name("y"),
            outer = Name("outer"),
            inner = Name("inner");
        uint[] types =
        [
            /* 1 */Name("int"),
            Int << 24,
            4,
            32,
            /* 2 */inner,
            Struct << 24 | 2,
            8,
            x,
            1,
            0,
            y,
            1,
            32,
            /* 3 */Name("inner_t"),
            Typedef << 24,
            2,
            /* 4 */0,
            Volatile << 24,
            3,
            /* 5 */0,
            Struct << 24 | 1,
            4,
            b,
            1,
            0,
            /* 6 */0,
            Union << 24 | 2,
            4,
            0,
            5,
            0,
            c,
            1,
            0,
            /* 7 */outer,
            Bits | Struct << 24 | 4,
            24,
            a,
            1,
            0,
            0,
            6,
            32,
            inside,
            4,
            64,
            wide,
            1,
            3u << 24 | 128,
        ];
        var octets = new byte[24 + 4 * types.Length + strings.Count];
        uint[] header = [0x0001_eb9f, 24, 0, 4 * (uint)types.Length, 4 * (uint)types.Length, (uint)strings.Count];
        for (int i = 0; i < header.Length + types.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(4 * i), i < header.Length ? header[i] : types[i - header.Length]);
        strings.CopyTo(octets, 24 + 4 * types.Length);
        return octets;
    }
}
