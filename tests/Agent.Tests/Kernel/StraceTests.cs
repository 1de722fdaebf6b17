using System.Text;
using ReuseAddrDashboard.Agent.Kernel;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

public sealed class StraceTests
{
    // Each as strace 6.1 printed it.
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("abc\u00001\u0001\u007f\"\\\n", "\"abc\\0001\\1\\177\\\"\\\\\\n\"")]
    [InlineData("\t\r\v\f", "\"\\t\\r\\v\\f\"")]
    [InlineData("12345678901234567890123456789012", "\"12345678901234567890123456789012\"")]
    [InlineData("123456789012345678901234567890123", "\"12345678901234567890123456789012\"...")]
    public void Buffers_are_spelled_as_strace_spells_them(string octets, string shown) =>
        Assert.Equal(shown, Strace.Buffer(Encoding.Latin1.GetBytes(octets)));
}
