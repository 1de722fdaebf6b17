using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>How an option's value is passed (socket(7), tcp(7)).</summary>
public enum OptionKind : byte
{
    /// <summary>An int.</summary>
    Int,

    /// <summary>struct linger: l_onoff and l_linger in seconds.</summary>
    Linger,

    /// <summary>struct timeval; here in milliseconds.</summary>
    Timeval,
}

/// <summary>
/// A socket option by its numbers, as setsockopt takes it. JSON: its C name, or <c>LEVEL/NUMBER</c> for one that is not in <see cref="Known"/>.
/// </summary>
/// <param name="Level">SOL_SOCKET 1, IPPROTO_IP 0, IPPROTO_TCP 6, IPPROTO_IPV6 41 (asm-generic/socket.h, netinet/in.h).</param>
/// <param name="Number">The option's number in its level.</param>
[JsonConverter(typeof(SocketOptionJson))]
public readonly record struct SocketOption(int Level, int Number)
{
    private const int Sol = 1,
        Ip = 0,
        Tcp = 6,
        Ipv6 = 41;

    /// <summary>
    /// Options that have a name here, with Linux's numbers (asm-generic/socket.h, linux/tcp.h, linux/in.h, linux/in6.h); the agent's tests hold them against
    /// the C headers.
    /// </summary>
    public static readonly SocketOption ReuseAddr = new(Sol, 2),
        SndBuf = new(Sol, 7),
        RcvBuf = new(Sol, 8),
        KeepAlive = new(Sol, 9),
        Linger = new(Sol, 13),
        ReusePort = new(Sol, 15),
        RcvTimeo = new(Sol, 20),
        SndTimeo = new(Sol, 21),
        NoDelay = new(Tcp, 1),
        Cork = new(Tcp, 3),
        KeepIdle = new(Tcp, 4),
        KeepIntvl = new(Tcp, 5),
        KeepCnt = new(Tcp, 6),
        Linger2 = new(Tcp, 8),
        UserTimeout = new(Tcp, 18),
        V6Only = new(Ipv6, 26),
        BindAddressNoPort = new(Ip, 24);

    /// <summary>Every option with a name.</summary>
    public static IReadOnlyDictionary<SocketOption, string> Known { get; } =
        new Dictionary<SocketOption, string>
        {
            [ReuseAddr] = "SO_REUSEADDR",
            [SndBuf] = "SO_SNDBUF",
            [RcvBuf] = "SO_RCVBUF",
            [KeepAlive] = "SO_KEEPALIVE",
            [Linger] = "SO_LINGER",
            [ReusePort] = "SO_REUSEPORT",
            [RcvTimeo] = "SO_RCVTIMEO",
            [SndTimeo] = "SO_SNDTIMEO",
            [NoDelay] = "TCP_NODELAY",
            [Cork] = "TCP_CORK",
            [KeepIdle] = "TCP_KEEPIDLE",
            [KeepIntvl] = "TCP_KEEPINTVL",
            [KeepCnt] = "TCP_KEEPCNT",
            [Linger2] = "TCP_LINGER2",
            [UserTimeout] = "TCP_USER_TIMEOUT",
            [V6Only] = "IPV6_V6ONLY",
            [BindAddressNoPort] = "IP_BIND_ADDRESS_NO_PORT",
        };

    private static readonly Dictionary<string, SocketOption> Names = Known.ToDictionary(o => o.Value, o => o.Key);

    /// <summary>True for one that has a name here.</summary>
    public bool IsKnown => Known.ContainsKey(this);

    /// <summary>The type of its value; an option without a name is taken for an int.</summary>
    public OptionKind Kind =>
        this == Linger ? OptionKind.Linger
        : this == RcvTimeo || this == SndTimeo ? OptionKind.Timeval
        : OptionKind.Int;

    /// <summary>The level as C spells it.</summary>
    public string LevelName =>
        Level switch
        {
            Sol => "SOL_SOCKET",
            Ip => "SOL_IP",
            Tcp => "SOL_TCP",
            Ipv6 => "SOL_IPV6",
            _ => Level.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>Its C name, or its level and number.</summary>
    public override string ToString() => Known.TryGetValue(this, out string? name) ? name : string.Create(CultureInfo.InvariantCulture, $"{Level}/{Number}");

    /// <summary>Reads a C name, <c>LEVEL/NUMBER</c>, or a number of SOL_SOCKET.</summary>
    public static bool TryParse(string? text, out SocketOption option)
    {
        option = default;
        if (text is null || text.Length > 40)
            return false;
        if (Names.TryGetValue(text, out option))
            return true;
        string[] parts = text.Split('/');
        if (parts is [var alone] && int.TryParse(alone, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            option = new(Sol, number);
            return true;
        }
        if (
            parts is not [var of, var which]
            || !int.TryParse(of, NumberStyles.None, CultureInfo.InvariantCulture, out int level)
            || !int.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        )
        {
            return false;
        }

        option = new(level, number);
        return true;
    }
}

internal sealed class SocketOptionJson : JsonConverter<SocketOption>
{
    public override SocketOption Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && SocketOption.TryParse(reader.GetString(), out SocketOption option)
            ? option
            : throw new JsonException("A socket option is its C name, SO_REUSEADDR, or LEVEL/NUMBER.");

    public override void Write(Utf8JsonWriter writer, SocketOption value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
