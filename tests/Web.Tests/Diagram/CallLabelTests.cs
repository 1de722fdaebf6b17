using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Web.Diagram;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class CallLabelTests
{
    private const string Sockaddr = "118, {sa_family=AF_INET, sin_port=htons(11111), sin_addr=inet_addr(\"192.168.122.68\")}, 16";

    [Theory]
    [InlineData("connect", Sockaddr, 400, "connect(192.168.122.68:11111) = 0")]
    [InlineData("connect", Sockaddr, 150, "connect(:11111) = 0")]
    [InlineData("connect", Sockaddr, 100, "connect() = 0")]
    [InlineData("listen", "118, 5", 400, "listen(118, 5) = 0")]
    [InlineData("setsockopt", "118, SOL_SOCKET, SO_REUSEADDR, [1], 4", 400, "setsockopt(SO_REUSEADDR, [1]) = 0")]
    [InlineData("getsockopt", "118, SOL_SOCKET, SO_REUSEADDR, [1], [4]", 200, "getsockopt(…, [1]) = 0")]
    [InlineData("close", "118", 400, "close(118) = 0")]
    public void Shortens_to_the_room_there_is(string call, string args, double width, string expected) =>
        Assert.Equal(expected, CallLabel.Of(Event(call, args), width, new TextMetrics(12)).Text);

    [Fact]
    public void Names_the_error() =>
        Assert.Equal("bind(:11111) = EADDRINUSE", CallLabel.Of(Event("bind", Sockaddr) with { Result = -1, Errno = "EADDRINUSE" }, 190, new TextMetrics(12)).Text);

    [Fact]
    public void The_full_line_is_straces() =>
        Assert.Equal($"bind({Sockaddr}) = -1 EADDRINUSE (Address already in use)",
            CallLabel.Full(Event("bind", Sockaddr) with { Result = -1, Errno = "EADDRINUSE", ErrnoText = "Address already in use" }));

    private static CallEvent Event(string call, string args) => new() { Socket = "lfd", Call = call, Args = args, Host = "server" };
}
