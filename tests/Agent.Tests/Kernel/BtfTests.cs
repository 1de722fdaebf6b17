using System.Buffers.Binary;
using System.Text;
using ReuseAddrDashboard.Agent.Kernel;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

public sealed class BtfTests
{
    private const uint Int = 1, Struct = 4, Union = 5, Typedef = 8, Volatile = 9, Bits = 1u << 31;

    // struct outer { int a; union { struct { int b; } ; int c; }; volatile inner_t in; int wide:3; }, struct inner { int x; int y; }
    private static byte[] Sample()
    {
        var strings = new List<byte> { 0 };
        uint Name(string name)
        {
            uint at = (uint)strings.Count;
            strings.AddRange([.. Encoding.ASCII.GetBytes(name), 0]);
            return at;
        }
        uint a = Name("a"), b = Name("b"), c = Name("c"), inside = Name("in"), wide = Name("wide"), x = Name("x"), y = Name("y"), outer = Name("outer"), inner = Name("inner");
        uint[] types =
        [
            /* 1 */ Name("int"), Int << 24, 4, 32,
            /* 2 */ inner, Struct << 24 | 2, 8, x, 1, 0, y, 1, 32,
            /* 3 */ Name("inner_t"), Typedef << 24, 2,
            /* 4 */ 0, Volatile << 24, 3,
            /* 5 */ 0, Struct << 24 | 1, 4, b, 1, 0,
            /* 6 */ 0, Union << 24 | 2, 4, 0, 5, 0, c, 1, 0,
            /* 7 */ outer, Bits | Struct << 24 | 4, 24, a, 1, 0, 0, 6, 32, inside, 4, 64, wide, 1, 3u << 24 | 128,
        ];
        var octets = new byte[24 + 4 * types.Length + strings.Count];
        uint[] header = [0x0001_eb9f, 24, 0, 4 * (uint)types.Length, 4 * (uint)types.Length, (uint)strings.Count];
        for (int i = 0; i < header.Length + types.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(4 * i), i < header.Length ? header[i] : types[i - header.Length]);
        strings.CopyTo(octets, 24 + 4 * types.Length);
        return octets;
    }

    [Theory]
    [InlineData("outer", "a", 0)]
    [InlineData("outer", "b", 4)]
    [InlineData("outer", "c", 4)]
    [InlineData("outer", "in", 8)]
    [InlineData("outer", "in.y", 12)]
    [InlineData("inner", "y", 4)]
    [InlineData("outer", "wide", null)]
    [InlineData("outer", "in.z", null)]
    [InlineData("outer", "a.x", null)]
    [InlineData("nothing", "a", null)]
    [InlineData("oute", "a", null)]
    public void Finds_members_through_names_and_anonymous_parts(string type, string path, int? offset) => Assert.Equal(offset, Btf.Parse(Sample())!.Offset(type, path));

    [Fact]
    public void Rejects_a_file_cut_short()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(Btf.Parse(whole[..length]));
    }

    [Fact]
    public void A_file_with_any_octet_wrong_is_read_or_refused()
    {
        byte[] whole = Sample();
        for (int at = 0; at < whole.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] wrong = [.. whole];
                wrong[at] = (byte)value;
                _ = Btf.Parse(wrong)?.Offset("outer", "in.y");
                _ = Btf.Parse(wrong)?.Offset("outer", "b");
            }
        }
    }

    [Fact]
    public void This_kernel_has_every_member_that_tracing_reads()
    {
        Assert.SkipUnless(File.Exists(SocketLayout.File), "This kernel does not tell its types: it was built without CONFIG_DEBUG_INFO_BTF.");
        SocketLayout? layout = SocketLayout.Of(Btf.Parse(File.ReadAllBytes(SocketLayout.File))!, out string? missing);
        Assert.True(layout is not null, missing);
        // struct sock_common begins with skc_daddr and skc_rcv_saddr (skc_addrpair).
        Assert.Equal((0, 4), (layout.Remote4, layout.Local4));
    }
}
