using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class CallLabelTests
{
    private static readonly CallArguments To = RunScript.Bind(RunScript.ServerEnd),
        To6 = RunScript.Bind(RunScript.Of("[2001:db8::2:1]:11111")),
        Set = RunScript.Set(SocketOption.ReuseAddr, 1);

    public static TheoryData<string, CallArguments, double, string> Labels =>
        new()
        {
            { "connect", To, 400, "connect(192.168.122.68:11111) = 0" },
            { "connect", To, 150, "connect(:11111) = 0" },
            { "connect", To, 100, "connect() = 0" },
            { "bind", To6, 400, "bind([2001:db8::2:1]:11111) = 0" },
            { "bind", To6, 150, "bind(:11111) = 0" },
            {
                "socket",
                new() { Family = SocketFamily.Inet6 },
                400,
                "socket(AF_INET6) = 0"
            },
            {
                "socket",
                new() { Family = SocketFamily.Inet },
                400,
                "socket() = 0"
            },
            {
                "listen",
                new() { Fd = 118, Backlog = 5 },
                400,
                "listen(118, 5) = 0"
            },
            { "setsockopt", Set, 400, "setsockopt(SO_REUSEADDR, [1]) = 0" },
            {
                "setsockopt",
                new()
                {
                    Fd = 118,
                    Option = SocketOption.Linger,
                    Value = OptionValue.Linger(true, 0),
                },
                400,
                "setsockopt(SO_LINGER, {1, 0}) = 0"
            },
            {
                "setsockopt",
                new()
                {
                    Fd = 118,
                    Option = SocketOption.RcvTimeo,
                    Value = OptionValue.Timeval(500),
                },
                400,
                "setsockopt(SO_RCVTIMEO, 500 ms) = 0"
            },
            { "getsockopt", Set, 200, "getsockopt(…, [1]) = 0" },
            {
                "write",
                new()
                {
                    Fd = 118,
                    Length = 5,
                    Octets = "hello"u8.ToArray(),
                },
                400,
                "write(118, \"hello\", 5) = 0"
            },
            {
                "write",
                new()
                {
                    Fd = 118,
                    Length = 5,
                    Octets = "hello"u8.ToArray(),
                },
                120,
                "write(118) = 0"
            },
            {
                "shutdown",
                new() { Fd = 118, How = ShutdownHow.Write },
                400,
                "shutdown(118, SHUT_WR) = 0"
            },
            { "close", RunScript.Fd(118), 400, "close(118) = 0" },
            { "getsockname", RunScript.Fd(118), 400, "getsockname(118) = 0" },
            { "SOCK_DESTROY", new(), 400, "SOCK_DESTROY(TIME-WAIT) = 0" },
        };

    [Theory]
    [MemberData(nameof(Labels))]
    public void Shortens_to_the_room_there_is(string call, CallArguments args, double width, string expected) =>
        Assert.Equal(expected, CallLabel.Of(Event(call, args), width, new TextMetrics(12)).Text);

    [Fact]
    public void Names_the_error() =>
        Assert.Equal("bind(:11111) = EADDRINUSE", CallLabel.Of(Event("bind", To) with { Result = -1, Errno = "EADDRINUSE" }, 190, new TextMetrics(12)).Text);

    [Fact]
    public void Shows_the_port_that_the_kernel_chose() =>
        Assert.Equal(
            "bind(:40000) = 0",
            CallLabel.Of(Event("bind", RunScript.Bind(RunScript.Nobody)) with { Local = RunScript.Of("0.0.0.0:40000") }, 120, new TextMetrics(12)).Text
        );

    private static CallEvent Event(string call, CallArguments args) =>
        new()
        {
            Socket = "lfd",
            Call = call,
            Args = args,
            Host = "server",
        };
}
