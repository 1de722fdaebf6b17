using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What an agent calls on the server.</summary>
public interface IAgentHub
{
    /// <summary>Announces the host. Must come first on every connection.</summary>
    Task<AgentWelcome> Hello(AgentHello hello);

    /// <summary>Hands over what was gathered; at least once, with numbers by which the server drops what it has.</summary>
    /// <returns>The highest number the server now holds.</returns>
    Task<long> Report(AgentReport report);
}

/// <summary>
/// What the server calls on an agent. Every order has an id; the agent answers each with exactly one item that has it in <see cref="AgentItem.Done"/>,
/// after the events that the order caused.
/// </summary>
public interface IAgentClient
{
    /// <summary>Make one system call on a named socket, then read the socket tables.</summary>
    Task Call(SocketCommand command);

    /// <summary>Watch these ports from now on, instead of any before.</summary>
    Task Watch(WatchOrder order);

    /// <summary>Read the socket tables now.</summary>
    Task Look(long id);

    /// <summary>End every blocking call and close every lesson socket.</summary>
    Task CloseAll(long id);

    /// <summary>Destroy one TIME-WAIT socket for good (SOCK_DESTROY), then read the socket tables. Refused for any other state.</summary>
    Task Destroy(DestroyOrder order);

    /// <summary>Read and try how fit the host is for a lesson; the answer is in the order's end (<see cref="AgentItem.Check"/>).</summary>
    Task Check(CheckOrder order);

    /// <summary>CLOCK_MONOTONIC of the host in nanoseconds; the server estimates clock offsets with it.</summary>
    Task<long> Monotonic();
}

/// <param name="Protocol">The contract's version; a server refuses any other than its own.</param>
/// <param name="Instance">A new random id for each start of the agent.</param>
/// <param name="Facts">The host.</param>
/// <param name="Token">Reserved for access control; null now.</param>
public sealed record AgentHello(int Protocol, string Instance, HostFacts Facts, string? Token = null)
{
    public const int CurrentProtocol = 1;
}

/// <param name="Refused">Why the server does not take this agent, in a sentence; null when it does.</param>
/// <param name="Acknowledged">The highest item number that the server holds of this instance; 0 for none.</param>
/// <param name="Run">The run that is open; null for none. An agent closes lesson sockets of any other run.</param>
public sealed record AgentWelcome(string? Refused, long Acknowledged, string? Run);

/// <param name="Instance">As announced.</param>
/// <param name="Items">Numbered without a hole within an instance.</param>
public sealed record AgentReport(string Instance, IReadOnlyList<AgentItem> Items)
{
    /// <summary>Most items in one report; the agent sends the rest in the next, the server refuses more.</summary>
    public const int MaxItems = 256;
}

/// <summary>One event, or the end of one order.</summary>
/// <param name="Number">1, 2, 3, ... within the agent's instance.</param>
/// <param name="Event">What happened, with CLOCK_MONOTONIC time; null for the end of an order.</param>
/// <param name="Order">The order that caused the event, or that ended; null for what the agent saw by itself.</param>
/// <param name="Done">True when the order has ended.</param>
/// <param name="Refused">Why the agent did not carry the order out, in a sentence; null when it did.</param>
/// <param name="Check">At the end of a <see cref="CheckOrder"/>, what was found.</param>
public sealed record AgentItem(long Number, RunEvent? Event, long? Order = null, bool Done = false, string? Refused = null, HostCheck? Check = null);

/// <summary>The system calls an agent makes; JSON has C's names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SocketCall>))]
public enum SocketCall : byte
{
    [JsonStringEnumMemberName("socket")] Socket,
    [JsonStringEnumMemberName("setsockopt")] SetSockOpt,
    [JsonStringEnumMemberName("getsockopt")] GetSockOpt,
    [JsonStringEnumMemberName("bind")] Bind,
    [JsonStringEnumMemberName("listen")] Listen,
    [JsonStringEnumMemberName("accept4")] Accept4,
    [JsonStringEnumMemberName("connect")] Connect,
    [JsonStringEnumMemberName("read")] Read,
    [JsonStringEnumMemberName("write")] Write,
    [JsonStringEnumMemberName("shutdown")] Shutdown,
    [JsonStringEnumMemberName("close")] Close,
}

[JsonConverter(typeof(JsonStringEnumConverter<SocketOption>))]
public enum SocketOption : byte
{
    [JsonStringEnumMemberName("SO_REUSEADDR")] ReuseAddr,
    [JsonStringEnumMemberName("SO_REUSEPORT")] ReusePort,
    [JsonStringEnumMemberName("SO_LINGER")] Linger,
    [JsonStringEnumMemberName("IPV6_V6ONLY")] V6Only,
}

/// <summary>One system call on a named socket.</summary>
public sealed record SocketCommand
{
    /// <summary>1 to 16 of a-z, 0-9.</summary>
    public const int MaxNameLength = 16;

    public required long Id { get; init; }

    /// <summary>The run the socket belongs to.</summary>
    public required string Run { get; init; }

    /// <summary>The socket's name, <c>lfd</c>.</summary>
    public required string Socket { get; init; }

    public required SocketCall Call { get; init; }

    /// <summary>socket: true for AF_INET6.</summary>
    public bool V6 { get; init; }

    /// <summary>bind, connect: address and port.</summary>
    public Tcp.Endpoint? Address { get; init; }

    /// <summary>listen: the backlog, 0 to 4096.</summary>
    public int Backlog { get; init; }

    /// <summary>setsockopt, getsockopt.</summary>
    public SocketOption Option { get; init; }

    /// <summary>setsockopt: the value; for SO_LINGER the seconds of l_linger, with l_onoff 1.</summary>
    public int Value { get; init; } = 1;

    /// <summary>accept4: the name of the accepted socket.</summary>
    public string? Accepted { get; init; }

    /// <summary>read, write: octets, 1 to 65536. write sends zeros.</summary>
    public int Length { get; init; } = 4096;

    /// <summary>shutdown: 0 SHUT_RD, 1 SHUT_WR, 2 SHUT_RDWR.</summary>
    public int How { get; init; }

    /// <summary>accept4, connect, read: give up after so many milliseconds, 1 to 120,000.</summary>
    public int TimeoutMs { get; init; } = 10_000;
}

/// <param name="Id">The order's id.</param>
/// <param name="Run">The run that the watch is for; null between runs.</param>
/// <param name="Ports">Rows with one of these as local or remote port are reported; at most 8.</param>
public sealed record WatchOrder(long Id, string? Run, IReadOnlyList<int> Ports)
{
    public const int MaxPorts = 8;
}

/// <param name="Id">The order's id.</param>
/// <param name="Run">The run that is open.</param>
/// <param name="Local">The TIME-WAIT socket's own address and port, on a port that is watched.</param>
/// <param name="Remote">Its peer.</param>
public sealed record DestroyOrder(long Id, string Run, Tcp.Endpoint Local, Tcp.Endpoint Remote)
{
    /// <summary>What <see cref="CallEvent.Socket"/> says of a socket that no lesson's program holds any more.</summary>
    public const string SocketName = "tw";
}
