using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Texts;

public sealed class PlainLineTests
{
    [Theory]
    [InlineData("a\nb", @"a\u000ab")]
    [InlineData("\u001b[31mred", @"\u001b[31mred")]
    [InlineData("a\u202eb", @"a\u202eb")]
    [InlineData("\u0085\u2028", @"\u0085\u2028")]
    public void What_acts_on_a_terminal_is_spelled_out(string text, string plain)
    {
        Assert.Equal(plain, PlainLine.From(text));
        Assert.False(PlainLine.Is(text));
        Assert.True(PlainLine.Is(plain));
    }

    [Fact]
    public void Half_a_character_is_spelled_out()
    {
        // No attribute can hold one.
        Assert.Equal(@"x\ud800y", PlainLine.From("x" + (char)0xd800 + "y"));
        Assert.Equal(@"\udc00", PlainLine.From($"{(char)0xdc00}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bind: Address already in use")]
    [InlineData("日本語 😀 “quoted”")]
    public void Any_other_text_stays_the_same(string text) => Assert.Same(text, PlainLine.From(text));
}
