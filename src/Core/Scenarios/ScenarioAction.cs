using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What an action does; calls by C's names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActionKind>))]
public enum ActionKind : byte
{
    /// <summary>socket(2), SOCK_STREAM.</summary>
    [JsonStringEnumMemberName("socket")]
    Socket,

    /// <summary>setsockopt(2); the value is read back afterwards.</summary>
    [JsonStringEnumMemberName("setsockopt")]
    SetSockOpt,

    /// <summary>getsockopt(2).</summary>
    [JsonStringEnumMemberName("getsockopt")]
    GetSockOpt,

    /// <summary>bind(2).</summary>
    [JsonStringEnumMemberName("bind")]
    Bind,

    /// <summary>listen(2).</summary>
    [JsonStringEnumMemberName("listen")]
    Listen,

    /// <summary>accept4(2).</summary>
    [JsonStringEnumMemberName("accept4")]
    Accept4,

    /// <summary>connect(2).</summary>
    [JsonStringEnumMemberName("connect")]
    Connect,

    /// <summary>read(2).</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>write(2).</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    /// <summary>recv(2).</summary>
    [JsonStringEnumMemberName("recv")]
    Recv,

    /// <summary>send(2).</summary>
    [JsonStringEnumMemberName("send")]
    Send,

    /// <summary>shutdown(2).</summary>
    [JsonStringEnumMemberName("shutdown")]
    Shutdown,

    /// <summary>close(2).</summary>
    [JsonStringEnumMemberName("close")]
    Close,

    /// <summary>getsockname(2).</summary>
    [JsonStringEnumMemberName("getsockname")]
    GetSockName,

    /// <summary>A program is started: its command line is shown.</summary>
    [JsonStringEnumMemberName("start")]
    Start,

    /// <summary>A program ends by itself, and the kernel closes its sockets.</summary>
    [JsonStringEnumMemberName("exit")]
    Exit,

    /// <summary>kill -9.</summary>
    [JsonStringEnumMemberName("kill")]
    Kill,

    /// <summary>A program forks: a real child process keeps some of its sockets, and ends with exit or kill of the child.</summary>
    [JsonStringEnumMemberName("fork")]
    Fork,

    /// <summary>Waits for what <see cref="ScenarioAction.For"/> says, at most <see cref="ScenarioAction.LimitMs"/>.</summary>
    [JsonStringEnumMemberName("wait")]
    Wait,

    /// <summary>Sets a sysctl of a host's own namespace; put back at the end of the run.</summary>
    [JsonStringEnumMemberName("sysctl")]
    Sysctl,

    /// <summary>Segments that match are dropped from now on.</summary>
    [JsonStringEnumMemberName("drop")]
    Drop,

    /// <summary>Segments that match are answered with a RST.</summary>
    [JsonStringEnumMemberName("reject")]
    Reject,

    /// <summary>Segments that leave the host are delayed.</summary>
    [JsonStringEnumMemberName("delay")]
    Delay,

    /// <summary>Ends a drop, reject or delay of that name.</summary>
    [JsonStringEnumMemberName("pass")]
    Pass,
}

/// <summary>What an action waits for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitFor>))]
public enum WaitFor : byte
{
    /// <summary>A socket of the run's on the host is in the state.</summary>
    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>No socket of the run's on the host is in the state any more.</summary>
    [JsonStringEnumMemberName("gone")]
    Gone,

    /// <summary>A segment with the flags was captured.</summary>
    [JsonStringEnumMemberName("segment")]
    Segment,

    /// <summary><see cref="ScenarioAction.LimitMs"/> have passed.</summary>
    [JsonStringEnumMemberName("time")]
    Time,

    /// <summary>A call that was left waiting has returned.</summary>
    [JsonStringEnumMemberName("return")]
    Return,
}

/// <summary>What becomes of the step when a call of it fails.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnError>))]
public enum OnError : byte
{
    /// <summary>
    /// As a C program with perror and exit: the program ends. The step has failed, unless the call decides: then its failure is the result, and the step is
    /// done.
    /// </summary>
    [JsonStringEnumMemberName("exit")]
    Exit,

    /// <summary>The program says perror and goes on.</summary>
    [JsonStringEnumMemberName("continue")]
    Continue,
}

/// <summary>
/// One action of a step. One flat record for all kinds, so that a file reads naturally; <see cref="ActionFields"/> says which kind takes which fields.
/// In texts, numbers and values <c>{name}</c> stands for a value, or for a port's number by its id.
/// </summary>
public sealed record ScenarioAction
{
    /// <summary>What is done.</summary>
    public required ActionKind Do { get; init; }

    /// <summary>A name for its result in conditions: <c>result(second-bind)</c>.</summary>
    public string? Id { get; init; }

    /// <summary>A condition; the action is left out where it does not hold.</summary>
    public Condition? When { get; init; }

    /// <summary>The program that does it, by id.</summary>
    public string? Program { get; init; }

    /// <summary>The host it is done on, by its role, where no program does it.</summary>
    public string? Host { get; init; }

    /// <summary>The socket's name: 1 to 16 of a-z, 0-9. wait for return: the socket whose call was left waiting.</summary>
    public string? Socket { get; init; }

    /// <summary>bind, connect: an IP address, or one of <see cref="AddressNames"/>.</summary>
    public string? Address { get; init; }

    /// <summary>bind, connect, drop, wait: a port's id; <c>0</c> for one that the kernel chooses. The scenario's first where none is named.</summary>
    public string? Port { get; init; }

    /// <summary>socket: true for AF_INET6.</summary>
    public bool V6 { get; init; }

    /// <summary>setsockopt, getsockopt: the option's C name, or its number.</summary>
    public string? Option { get; init; }

    /// <summary>setsockopt: the value; SO_LINGER: l_linger in seconds; timeouts in milliseconds. sysctl: the value to set.</summary>
    public Scalar? Value { get; init; }

    /// <summary>SO_LINGER: l_onoff; true where it is left out.</summary>
    public bool? On { get; init; }

    /// <summary>listen.</summary>
    public Scalar? Backlog { get; init; }

    /// <summary>accept4: the name of the accepted socket.</summary>
    public string? Accepted { get; init; }

    /// <summary>read, recv: room; write, send: octets to send, where <see cref="Text"/> is left out.</summary>
    public Scalar? Length { get; init; }

    /// <summary>write, send: what to send.</summary>
    public string? Text { get; init; }

    /// <summary>recv, send: MSG_DONTWAIT.</summary>
    public bool DontWait { get; init; }

    /// <summary>shutdown: SHUT_RD, SHUT_WR or SHUT_RDWR.</summary>
    public string? How { get; init; }

    /// <summary>connect, accept4, read, write: true to go on while it waits; <c>wait for: return</c> comes later.</summary>
    public bool Background { get; init; }

    /// <summary>A blocking call, a wait: give up after so many milliseconds, 1 to <see cref="Limits.MaxWaitMs"/>. wait for time: how long.</summary>
    public int? LimitMs { get; init; }

    /// <summary>True when what the call returns is what the step is about.</summary>
    public bool Decides { get; init; }

    /// <summary>What becomes of the program and the step when the call fails.</summary>
    public OnError OnError { get; init; }

    /// <summary>What the program prints when it succeeded.</summary>
    public string? Prints { get; init; }

    /// <summary>wait: for what.</summary>
    public WaitFor? For { get; init; }

    /// <summary>wait for state, gone: as ss spells it.</summary>
    public string? State { get; init; }

    /// <summary>
    /// wait for segment, drop, reject: control bits that are set, <c>SYN</c>, <c>FIN,ACK</c>; those named with <c>!</c> are not: <c>ACK,!SYN</c>.
    /// </summary>
    public string? Flags { get; init; }

    /// <summary>sysctl, drop, reject, delay, pass: which; a filter's name is the scenario's own.</summary>
    public string? Name { get; init; }

    /// <summary>drop, reject: <c>in</c> or <c>out</c>.</summary>
    public string? Direction { get; init; }

    /// <summary>drop, reject: only the first so many; null for all.</summary>
    public int? Count { get; init; }

    /// <summary>delay: milliseconds.</summary>
    public int? DelayMs { get; init; }

    /// <summary>fork: the child's id among the programs.</summary>
    public string? Child { get; init; }

    /// <summary>fork: the sockets that the child keeps, by name.</summary>
    public IReadOnlyList<string>? Keeps { get; init; }

    /// <summary>True for a system call of a program.</summary>
    [JsonIgnore]
    public bool IsCall => Do <= ActionKind.GetSockName;
}

/// <summary>Names for addresses, so that one scenario runs on any hosts.</summary>
public static class AddressNames
{
    /// <summary>
    /// 0.0.0.0, [::], 127.0.0.1, ::1, ::ffff:0.0.0.0, ::ffff:127.0.0.1; then of a host (any role, here of the server): its address, its second one, its IPv6
    /// address, its address mapped into IPv6.
    /// </summary>
    public const string Any = "any",
        Any6 = "any6",
        Loopback = "loopback",
        Loopback6 = "loopback6",
        MappedAny = "mapped-any",
        MappedLoopback = "mapped-loopback",
        SecondSuffix = ".second",
        V6Suffix = ".v6",
        MappedSuffix = ".mapped";
}

/// <summary>Bounds of a scenario and of a run.</summary>
public static class Limits
{
    /// <summary>
    /// Bounds of what a scenario may hold and an action may take: ports by number, waits in milliseconds, lengths in characters or octets, and how many there
    /// may be of each.
    /// </summary>
    public const int MinPort = 1,
        MaxPort = 65535,
        MaxPauseMs = 10_000,
        MaxWaitMs = 120_000,
        DefaultWaitMs = 10_000,
        MaxScenarioOctets = 256 * 1024,
        MaxValues = 16,
        MaxChoices = 12,
        MaxPorts = 8,
        MaxPrograms = 12,
        MaxSteps = 16,
        MaxActions = 80,
        MaxSockets = 40,
        MaxFilters = 8,
        MaxExplanations = 24,
        MaxId = 48,
        MaxSocketName = 16,
        MaxTitle = 120,
        MaxText = 1200,
        MaxCondition = 400,
        MaxTransfer = 1024 * 1024,
        MaxBacklog = 4096;
}
