using System.Text;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Log;

/// <summary>Each line as strace 6.1 printed it; the agent's tests hold the spelling against a strace that runs.</summary>
public sealed class StraceLineTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("abc\u00001\u0001\u007f\"\\\n", "\"abc\\0001\\1\\177\\\"\\\\\\n\"")]
    [InlineData("\t\r\v\f", "\"\\t\\r\\v\\f\"")]
    [InlineData("12345678901234567890123456789012", "\"12345678901234567890123456789012\"")]
    public void Buffers_are_spelled_as_strace_spells_them(string octets, string shown) =>
        Assert.Equal(shown, StraceLine.Buffer(Encoding.Latin1.GetBytes(octets), more: false));

    [Theory]
    [InlineData(1, 2, "SOL_SOCKET, SO_REUSEADDR, [1], 4")]
    [InlineData(6, 18, "SOL_TCP, TCP_USER_TIMEOUT, [1], 4")]
    [InlineData(41, 26, "SOL_IPV6, IPV6_V6ONLY, [1], 4")]
    [InlineData(0, 24, "SOL_IP, IP_BIND_ADDRESS_NO_PORT, [1], 4")]
    [InlineData(1, 6, "SOL_SOCKET, SO_BROADCAST, [1], 4")]
    [InlineData(1, 999, "SOL_SOCKET, 0x3e7 /* SO_??? */, [1], 4")]
    [InlineData(6, 99, "SOL_TCP, 0x63 /* TCP_??? */, [1], 4")]
    [InlineData(0, 200, "SOL_IP, 0xc8 /* IP_??? */, [1], 4")]
    [InlineData(41, 250, "SOL_IPV6, 0xfa /* IPV6_??? */, [1], 4")]
    [InlineData(99, 7, "0x63 /* SOL_?? */, 7, [1], 4")]
    public void Options_by_number_are_spelled_as_strace_spells_them(int level, int number, string arguments) =>
        Assert.Equal(
            $"3, {arguments}",
            StraceLine.Arguments(
                Call(
                    "setsockopt",
                    new()
                    {
                        Fd = 3,
                        Option = new(level, number),
                        Value = OptionValue.Of(1),
                        Size = 4,
                    }
                )
            )
        );

    [Fact]
    public void Other_kinds_of_options_too()
    {
        Assert.Equal(
            "3, SOL_SOCKET, SO_RCVTIMEO_OLD, \"\\1\\0\\0\\0\\0\\0\\0\\0 \\241\\7\\0\\0\\0\\0\\0\", 16",
            StraceLine.Arguments(
                Call(
                    "setsockopt",
                    new()
                    {
                        Fd = 3,
                        Option = SocketOption.RcvTimeo,
                        Value = OptionValue.Timeval(1500),
                        Size = 16,
                    }
                )
            )
        );
        Assert.Equal(
            "3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=3}, [8]",
            StraceLine.Arguments(
                Call(
                    "getsockopt",
                    new()
                    {
                        Fd = 3,
                        Option = SocketOption.Linger,
                        Value = OptionValue.Linger(true, 3),
                        Size = 8,
                    }
                )
            )
        );
        Assert.Equal(
            "3, SOL_SOCKET, SO_LINGER, 0x7ffed6144aa8, [8]",
            StraceLine.Arguments(
                Call(
                    "getsockopt",
                    new()
                    {
                        Fd = 3,
                        Option = SocketOption.Linger,
                        Size = 8,
                        Pointer = 0x7ffed6144aa8,
                    }
                ) with
                {
                    Result = -1,
                    Errno = "EBADF",
                }
            )
        );
    }

    [Fact]
    public void Recv_and_send_are_the_calls_that_glibc_makes_of_them()
    {
        Assert.Equal(
            "sendto(4, \"hello\\0world\", 11, MSG_DONTWAIT, NULL, 0) = 11",
            StraceLine.Write(
                Call(
                    "send",
                    new()
                    {
                        Fd = 4,
                        Octets = "hello\0world"u8.ToArray(),
                        Length = 11,
                        DontWait = true,
                    }
                ) with
                {
                    Result = 11,
                }
            )
        );
        Assert.Equal(
            "recvfrom(5, 0x7ffd36b967d0, 20, 0, NULL, NULL) = -1 ENOTCONN (Transport endpoint is not connected)",
            StraceLine.Write(
                Call(
                    "recv",
                    new()
                    {
                        Fd = 5,
                        Length = 20,
                        Pointer = 0x7ffd36b967d0,
                    }
                ) with
                {
                    Result = -1,
                    Errno = "ENOTCONN",
                    ErrnoText = "Transport endpoint is not connected",
                }
            )
        );
    }

    private static CallEvent Call(string call, CallArguments args) =>
        new()
        {
            Socket = "fd",
            Call = call,
            Args = args,
        };
}
