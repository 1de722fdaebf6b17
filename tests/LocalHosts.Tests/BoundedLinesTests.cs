using ReuseAddrDashboard.Server.LocalHosts;

namespace ReuseAddrDashboard.LocalHosts.Tests;

public sealed class BoundedLinesTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one|two")]
    [InlineData("one\n\n\ntwo", "one|two")]
    [InlineData("1234567890\nnext\n", "1234567890|next")]
    [InlineData("12345678901\nnext\n", "1234567890...|next")]
    [InlineData("a\tb\r\n", "a b")]
    [InlineData("", "")]
    public async Task Cuts_lines_at_the_limit(string text, string lines)
    {
        var all = new List<string>();
        await foreach (string line in BoundedLines.Read(new StringReader(text), 10))
        {
            all.Add(line);
        }

        Assert.Equal(lines, string.Join('|', all));
    }

    [Fact]
    public async Task Keeps_no_more_of_an_endless_line_than_the_limit()
    {
        await foreach (string line in BoundedLines.Read(new StringReader(new string('x', 10_000_000)), 400))
        {
            Assert.Equal(403, line.Length);
        }
    }
}
