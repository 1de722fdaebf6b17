using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

public sealed class BtfTests
{
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
    public void Finds_members_through_names_and_anonymous_parts(string type, string path, int? offset) =>
        Assert.Equal(offset, Btf.Parse(BtfSample.Whole())!.Offset(type, path));

    [Fact]
    public void Rejects_a_file_cut_short()
    {
        byte[] whole = BtfSample.Whole();
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(Btf.Parse(whole[..length]));
    }

    [Fact]
    public void A_file_with_any_octet_wrong_is_read_or_refused()
    {
        byte[] whole = BtfSample.Whole();
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
        SocketLayout? layout = SocketLayout.Find(Btf.Parse(File.ReadAllBytes(SocketLayout.File))!, out string? missing);
        Assert.True(layout is not null, missing);
        // struct sock_common begins with skc_daddr and skc_rcv_saddr (skc_addrpair).
        Assert.Equal((0, 4), (layout.Remote4, layout.Local4));
    }
}
