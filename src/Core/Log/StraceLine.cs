using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>A call in the spelling of strace 6.1. The one place that makes it; a test runs the agent under strace and compares.</summary>
public static class StraceLine
{
    /// <summary><c>bind(3, {sa_family=AF_INET, ...}, 16) = -1 EADDRINUSE (Address already in use)</c>.</summary>
    public static string Write(CallEvent call) =>
        call.Succeeded
            ? string.Create(CultureInfo.InvariantCulture, $"{Name(call.Call)}({Arguments(call)}) = {call.Result}")
            : string.Create(CultureInfo.InvariantCulture, $"{Name(call.Call)}({Arguments(call)}) = {call.Result} {call.Errno} ({call.ErrnoText})");

    /// <summary>The system call that strace sees: glibc makes recvfrom of recv, and sendto of send.</summary>
    public static string Name(string call) =>
        call switch
        {
            "recv" => "recvfrom",
            "send" => "sendto",
            _ => call,
        };

    /// <summary>The arguments without the parentheses.</summary>
    public static string Arguments(CallEvent call)
    {
        CallArguments a = call.Args;
        return string.Create(CultureInfo.InvariantCulture, $"{Text()}");

        string Text() =>
            call.Call switch
            {
                "socket" => $"{(a.Family == SocketFamily.Inet6 ? "AF_INET6" : "AF_INET")}, SOCK_STREAM, IPPROTO_IP",
                "setsockopt" => $"{a.Fd}, {Option(a.Option)}, {Value(a)}, {a.Size}",
                "getsockopt" => $"{a.Fd}, {Option(a.Option)}, {Value(a)}, {Room(a)}",
                "bind" or "connect" => $"{a.Fd}, {Address(a)}, {a.Size}",
                "accept4" => $"{a.Fd}, {Address(a)}, {Room(a)}, 0",
                "getsockname" => $"{a.Fd}, {Address(a)}, {Room(a)}",
                "listen" => $"{a.Fd}, {a.Backlog}",
                "read" => $"{a.Fd}, {Buffer(a, call.Succeeded ? call.Result : 0)}, {a.Length}",
                "write" => $"{a.Fd}, {Buffer(a, a.Length ?? 0)}, {a.Length}",
                "recv" => $"{a.Fd}, {Buffer(a, call.Succeeded ? call.Result : 0)}, {a.Length}, {Flags(a)}, NULL, NULL",
                "send" => $"{a.Fd}, {Buffer(a, a.Length ?? 0)}, {a.Length}, {Flags(a)}, NULL, 0",
                "shutdown" => $"{a.Fd}, {How(a.How)}",
                "close" => $"{a.Fd}",
                "SOCK_DESTROY" => $"{a.Address}, {a.Peer}",
                _ => $"{a.Fd}",
            };
    }

    /// <summary>A buffer as a C string: the first 32 octets, shortest octal escapes.</summary>
    public static string Buffer(ReadOnlySpan<byte> octets, bool more)
    {
        var text = new StringBuilder("\"", octets.Length * 4 + 8);
        for (int i = 0; i < octets.Length; i++)
        {
            switch (octets[i])
            {
                case (byte)'"':
                    text.Append("\\\"");
                    break;
                case (byte)'\\':
                    text.Append("\\\\");
                    break;
                case (byte)'\f':
                    text.Append("\\f");
                    break;
                case (byte)'\n':
                    text.Append("\\n");
                    break;
                case (byte)'\r':
                    text.Append("\\r");
                    break;
                case (byte)'\t':
                    text.Append("\\t");
                    break;
                case (byte)'\v':
                    text.Append("\\v");
                    break;
                case >= 0x20 and < 0x7f:
                    text.Append((char)octets[i]);
                    break;
                default:
                    // A digit that follows would be read as part of the escape: then all three octal digits are written.
                    bool digitFollows = i + 1 < octets.Length && octets[i + 1] is >= (byte)'0' and <= (byte)'9';
                    string octal = Convert.ToString(octets[i], 8);
                    text.Append('\\').Append(digitFollows ? octal.PadLeft(3, '0') : octal);
                    break;
            }
        }
        return text.Append(more ? "\"..." : "\"").ToString();
    }

    private static string Address(CallArguments a) =>
        a.Address switch
        {
            null => Pointer(a),
            { IsV6: true } e =>
                $"{{sa_family=AF_INET6, sin6_port=htons({e.Port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"{e.Address}\", &sin6_addr), sin6_scope_id=0}}",
            { } e => $"{{sa_family=AF_INET, sin_port=htons({e.Port}), sin_addr=inet_addr(\"{e.Address}\")}}",
        };

    private static string Option(SocketOption? option) => option is { } o ? StraceOptions.Spelled(o) : "";

    private static string Value(CallArguments a) =>
        a.Value switch
        {
            null => Pointer(a),
            { Number: { } number } => $"[{number}]",
            { On: { } on, Seconds: var seconds } => $"{{l_onoff={(on ? 1 : 0)}, l_linger={seconds}}}",
            { Milliseconds: { } ms } => Timeval(ms),
            _ => "",
        };

    // strace shows the octets of struct timeval, which it does not take apart here: tv_sec and tv_usec, eight octets each.
    private static string Timeval(long ms)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(octets, ms / 1000);
        BinaryPrimitives.WriteInt64LittleEndian(octets[8..], ms % 1000 * 1000);
        return Buffer(octets, more: false);
    }

    private static string Room(CallArguments a) => a.SizeBack is { } back && back != a.Size ? $"[{a.Size} => {back}]" : $"[{a.Size}]";

    private static string Buffer(CallArguments a, long length) => a.Octets is { } octets ? Buffer(octets, length > octets.Length) : Pointer(a);

    private static string Flags(CallArguments a) => a.DontWait ? "MSG_DONTWAIT" : "0";

    private static string How(ShutdownHow? how) =>
        how switch
        {
            ShutdownHow.Read => "SHUT_RD",
            ShutdownHow.Write => "SHUT_WR",
            _ => "SHUT_RDWR",
        };

    private static string Pointer(CallArguments a) => a.Pointer is { } at ? $"0x{at:x}" : "NULL";
}
