using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Matrix;

public sealed class MatrixCellTests
{
    [Fact]
    public void There_is_a_cell_for_each_combination_and_each_is_read_back_from_its_text()
    {
        Assert.Equal(7 * 16 * 16, MatrixCell.All.Distinct().Count());
        Assert.Equal(64, MatrixCell.Basic.Distinct().Count());
        Assert.All(
            MatrixCell.All,
            cell =>
            {
                Assert.InRange(cell.ToString().Length, 1, MatrixCell.MaxLength);
                Assert.True(MatrixCell.TryParse(cell.ToString(), out MatrixCell read));
                Assert.Equal(cell, read);
            }
        );
        Assert.Equal(
            "time-wait/dual/v4/ra/both",
            new MatrixCell(LeftOnPort.TimeWait, CellAddress.Dual, CellAddress.V4, new(true, false), new(true, true)).ToString()
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("time-wait/v4/v4/ra")]
    [InlineData("time-wait/v4/v4/ra/ra/ra")]
    [InlineData("Time-wait/v4/v4/ra/ra")]
    [InlineData("time-wait/v5/v4/ra/ra")]
    [InlineData("time-wait/v4/v4/ra/4")]
    [InlineData("time-wait/v4/v4/ra/ra                                              ")]
    public void Any_other_text_is_no_cell(string? text) => Assert.False(MatrixCell.TryParse(text, out _));

    [Theory]
    [InlineData("time-wait/v4/v4/none/none", "bind EADDRINUSE")]
    [InlineData("time-wait/v4/v4/ra/none", "bind EADDRINUSE")]
    [InlineData("time-wait/v4/v4/none/ra", "bind EADDRINUSE")]
    [InlineData("time-wait/v4/v4/ra/ra", "ok")]
    [InlineData("time-wait/v4/v6/none/none", "ok")]
    [InlineData("time-wait/dual/mapped/none/ra", "bind EADDRINUSE")]
    [InlineData("bound/v4/v4/ra/ra", "ok")]
    [InlineData("listen/v4/v4/ra/ra", "bind EADDRINUSE")]
    [InlineData("listen/v4/v4/rp/rp", "ok")]
    [InlineData("nothing/dual/v4/none/none", "ok")]
    public void The_rule_answers(string cell, string answer)
    {
        Assert.True(MatrixCell.TryParse(cell, out MatrixCell read));
        Assert.Equal(answer, MatrixRule.Of(read).Answer.ToString());
    }

    [Fact]
    public void The_rule_is_certain_in_every_cell_and_says_the_same_whatever_the_bucket_remembers() =>
        Assert.All(
            MatrixCell.All,
            cell =>
            {
                MatrixPrediction rule = MatrixRule.Of(cell);
                Assert.True(rule.Answer.Errno is null or "EADDRINUSE", cell.ToString());
                if (cell.Left == LeftOnPort.Nothing)
                    return;
                var first = new BindCandidate
                {
                    Local = MatrixRule.At(cell.First, 1),
                    V6Only = cell.First == CellAddress.V6,
                    ReuseAddr = cell.FirstOptions.ReuseAddr,
                    ReusePort = cell.FirstOptions.ReusePort,
                };
                foreach (BucketMemory memory in (BucketMemory[])[BucketMemory.Both, BucketMemory.ReusePort])
                {
                    BindBucket bucket = BindBucket.Empty.After(PortCall.Bind, first, first: true, memory);
                    if (cell.Left != LeftOnPort.Bound)
                        bucket = bucket.After(PortCall.Listen, first, first: false, memory);
                    Assert.True(bucket.Lets(PortCall.Bind, rule.Candidate) != true || rule.Answer.IsOk, $"{cell}, {memory}");
                }
            }
        );

    [Theory]
    [InlineData("ok")]
    [InlineData("bind EADDRINUSE")]
    [InlineData("listen EADDRINUSE")]
    [InlineData("bind 524")]
    public void An_answer_is_read_back_from_its_text(string text)
    {
        Assert.True(MatrixAnswer.TryParse(text, out MatrixAnswer answer));
        Assert.Equal(text, answer.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("OK")]
    [InlineData("bind ")]
    [InlineData("bind eaddrinuse")]
    [InlineData("connect EADDRINUSE")]
    [InlineData("bind EADDRINUSE EINVAL")]
    [InlineData("bind EADDRINUSEEADDRINUSEEADDRINUSE")]
    public void Any_other_text_is_no_answer(string text) => Assert.False(MatrixAnswer.TryParse(text, out _));
}
