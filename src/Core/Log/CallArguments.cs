using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>An address family, by the C constant.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SocketFamily>))]
public enum SocketFamily : byte
{
    /// <summary>IPv4.</summary>
    [JsonStringEnumMemberName("AF_INET")]
    Inet,

    /// <summary>IPv6, and IPv4 by mapped addresses.</summary>
    [JsonStringEnumMemberName("AF_INET6")]
    Inet6,
}

/// <summary>shutdown(2): which direction, with the kernel's numbers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ShutdownHow>))]
public enum ShutdownHow : byte
{
    /// <summary>No more is received.</summary>
    [JsonStringEnumMemberName("SHUT_RD")]
    Read = 0,

    /// <summary>No more is sent: a FIN follows what is in the send buffer.</summary>
    [JsonStringEnumMemberName("SHUT_WR")]
    Write = 1,

    /// <summary>Both directions.</summary>
    [JsonStringEnumMemberName("SHUT_RDWR")]
    Both = 2,
}

/// <summary>The value of a socket option, by its <see cref="OptionKind"/>.</summary>
public sealed record OptionValue
{
    /// <summary>An int option's value; null for other kinds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Number { get; init; }

    /// <summary>SO_LINGER: l_onoff; null for other kinds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? On { get; init; }

    /// <summary>SO_LINGER: l_linger in seconds; null for other kinds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Seconds { get; init; }

    /// <summary>SO_RCVTIMEO, SO_SNDTIMEO in milliseconds; null for other kinds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Milliseconds { get; init; }

    /// <summary>The value of an int option.</summary>
    public static OptionValue Of(int number) => new() { Number = number };

    /// <summary>A struct linger: l_onoff and l_linger.</summary>
    public static OptionValue Linger(bool on, int seconds) => new() { On = on, Seconds = seconds };

    /// <summary>A struct timeval.</summary>
    public static OptionValue Timeval(long milliseconds) => new() { Milliseconds = milliseconds };
}

/// <summary>
/// A system call's arguments, each where the call has it; null elsewhere. <see cref="StraceLine"/> makes strace's spelling of them. Nothing is read back out of
/// that.
/// </summary>
public sealed record CallArguments
{
    /// <summary>Octets of a buffer that are kept at most: what strace shows without -s.</summary>
    public const int MaxOctets = 32;

    /// <summary>The descriptor; null for socket.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Fd { get; init; }

    /// <summary>socket: the address family.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SocketFamily? Family { get; init; }

    /// <summary>bind, connect: the address asked for; accept4, getsockname: the one that came back; SOCK_DESTROY: the socket's own end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TcpEndpoint? Address { get; init; }

    /// <summary>SOCK_DESTROY: the peer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TcpEndpoint? Peer { get; init; }

    /// <summary>setsockopt, getsockopt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SocketOption? Option { get; init; }

    /// <summary>setsockopt: the value that was given; getsockopt: the one that came back, null where it failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OptionValue? Value { get; init; }

    /// <summary>Octets of the address or option: what was given, and in <see cref="SizeBack"/> what came back where that is another.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Size { get; init; }

    /// <summary>Octets that the kernel wrote back; null where they are as many as <see cref="Size"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SizeBack { get; init; }

    /// <summary>listen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Backlog { get; init; }

    /// <summary>read, recv: room; write, send: octets that were to be sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Length { get; init; }

    /// <summary>read, recv: the first octets that came; write, send: the first that were to be sent; at most <see cref="MaxOctets"/>. JSON: base64.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Octets { get; init; }

    /// <summary>recv, send: true for MSG_DONTWAIT.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DontWait { get; init; }

    /// <summary>shutdown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShutdownHow? How { get; init; }

    /// <summary>Where the caller's buffer was, for a call that failed before it filled it: strace then shows the pointer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? Pointer { get; init; }

    /// <summary>By content.</summary>
    public bool Equals(CallArguments? o) =>
        o is not null
        && (Fd, Family, Address, Peer, Option, Size, SizeBack) == (o.Fd, o.Family, o.Address, o.Peer, o.Option, o.Size, o.SizeBack)
        && Value == o.Value
        && (Backlog, Length, DontWait, How, Pointer) == (o.Backlog, o.Length, o.DontWait, o.How, o.Pointer)
        && Octets.AsSpan().SequenceEqual(o.Octets);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Fd, Address, Option, Length, How);
}
