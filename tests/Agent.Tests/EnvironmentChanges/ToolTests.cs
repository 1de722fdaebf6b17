using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.EnvironmentChanges;

public sealed class ToolTests
{
    [Fact]
    public void A_tool_that_is_not_there_is_named()
    {
        Message trouble = new Tool("no-such-tool").Run([]).Trouble!;
        Assert.Equal(("agent.tool-missing", "no-such-tool"), (trouble.Code, trouble["tool"]));
    }

    [Fact]
    public void One_that_fails_without_a_word_is_told_by_its_exit_code()
    {
        Message trouble = new Tool("false").Run([]).Trouble!;
        Assert.Equal(("agent.tool-failed", "false", "1"), (trouble.Code, trouble["tool"], trouble["exit"]));
    }

    [Fact]
    public void What_it_said_is_passed_on_as_it_is()
    {
        Message trouble = new Tool("ls").Run(["/no-such-directory"]).Trouble!;
        Assert.Equal(Message.Verbatim, trouble.Code);
        Assert.Contains("/no-such-directory", TextCatalog.Japanese[trouble], StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_succeeds_has_no_trouble() =>
        Assert.Equal(("hello", null), (new Tool("cat").Run([], "hello").Output, new Tool("cat").Run([], "hello").Trouble));
}
