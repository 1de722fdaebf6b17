using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// The two ends of a connection as one host names them (RFC 9293: a pair of sockets); a socket without a peer has the wildcard with port 0 there.
/// </summary>
public readonly record struct SocketPair(TcpEndpoint Local, TcpEndpoint Remote)
{
    /// <summary>Both ends with a blank between them.</summary>
    public override string ToString() => $"{Local} {Remote}";
}

/// <summary>
/// A source other than the socket table saw a change of state, or, with <see cref="From"/> and <see cref="To"/> equal, read a timer anew.
/// It stands beside the rows of <see cref="SocketEvent"/> and replaces none.
/// </summary>
public sealed record StateEvent : RunEvent
{
    /// <summary>The socket's addresses after the change; those it had last when it is gone.</summary>
    public required SocketPair Socket { get; init; }

    /// <summary>Null when the source did not know the socket before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TcpState? From { get; init; }

    /// <summary>Null when the socket is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TcpState? To { get; init; }

    /// <summary>The timer at <see cref="RunEvent.T"/>, from sock_diag in milliseconds (steps of a kernel tick); null for none.</summary>
    public SocketTimer? Timer { get; init; }

    /// <summary>
    /// The last moment at which the source still saw <see cref="From"/>: the change lies in (After, T]. Null when the change itself was told, or there was no
    /// earlier look.
    /// </summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long? After { get; init; }

    /// <summary>The socket's owner; 0 where the source does not say.</summary>
    public uint Uid { get; init; }

    /// <summary>A bound socket keeps it through listen and connect; 0 once no process owns the socket.</summary>
    public ulong Inode { get; init; }

    /// <summary>IPV6_V6ONLY of an AF_INET6 socket that is bound or listens, whoever has it (INET_DIAG_SKV6ONLY); null where the source does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? V6Only { get; init; }
}
