using System.Text;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Arguments in the spelling of strace 6.1; a test runs the agent under strace and compares.</summary>
internal static class Strace
{
    /// <summary>strace's default -s: so many octets of a buffer are shown.</summary>
    public const int ShownOctets = 32;

    public static string Address(Endpoint endpoint) => endpoint.IsV6
        ? $"{{sa_family=AF_INET6, sin6_port=htons({endpoint.Port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"{endpoint.Address}\", &sin6_addr), sin6_scope_id=0}}"
        : $"{{sa_family=AF_INET, sin_port=htons({endpoint.Port}), sin_addr=inet_addr(\"{endpoint.Address}\")}}";

    /// <summary>Level and name: <c>SOL_SOCKET, SO_REUSEADDR</c>.</summary>
    public static string Option(SocketOption option) => option switch
    {
        SocketOption.ReuseAddr => "SOL_SOCKET, SO_REUSEADDR",
        SocketOption.ReusePort => "SOL_SOCKET, SO_REUSEPORT",
        SocketOption.Linger => "SOL_SOCKET, SO_LINGER",
        SocketOption.V6Only => "SOL_IPV6, IPV6_V6ONLY",
        _ => throw new ArgumentOutOfRangeException(nameof(option)),
    };

    public static string How(int how) => how switch
    {
        Constants.SHUT_RD => "SHUT_RD",
        Constants.SHUT_WR => "SHUT_WR",
        Constants.SHUT_RDWR => "SHUT_RDWR",
        _ => how.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>A buffer as a C string: the first 32 octets, shortest octal escapes.</summary>
    public static string Buffer(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> shown = octets.Length > ShownOctets ? octets[..ShownOctets] : octets;
        var text = new StringBuilder("\"", shown.Length * 4 + 8);
        for (int i = 0; i < shown.Length; i++)
        {
            switch (shown[i])
            {
                case (byte)'"': text.Append("\\\""); break;
                case (byte)'\\': text.Append("\\\\"); break;
                case (byte)'\f': text.Append("\\f"); break;
                case (byte)'\n': text.Append("\\n"); break;
                case (byte)'\r': text.Append("\\r"); break;
                case (byte)'\t': text.Append("\\t"); break;
                case (byte)'\v': text.Append("\\v"); break;
                case >= 0x20 and < 0x7f: text.Append((char)shown[i]); break;
                default:
                    // A digit that follows would be read as part of the escape: then all three octal digits are written.
                    bool digitFollows = i + 1 < shown.Length && shown[i + 1] is >= (byte)'0' and <= (byte)'9';
                    string octal = Convert.ToString(shown[i], 8);
                    text.Append('\\').Append(digitFollows ? octal.PadLeft(3, '0') : octal);
                    break;
            }
        }
        return text.Append(octets.Length > ShownOctets ? "\"..." : "\"").ToString();
    }
}
