using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>Something an agent is to do. A new one is one record here and one case in the agent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(CallOrder), "call")]
[JsonDerivedType(typeof(WatchOrder), "watch")]
[JsonDerivedType(typeof(LookOrder), "look")]
[JsonDerivedType(typeof(DestroyOrder), "destroy")]
[JsonDerivedType(typeof(EndProgramOrder), "end-program")]
[JsonDerivedType(typeof(ForkOrder), "fork")]
[JsonDerivedType(typeof(SysctlOrder), "sysctl")]
[JsonDerivedType(typeof(FilterOrder), "filter")]
[JsonDerivedType(typeof(CloseRunOrder), "close-run")]
[JsonDerivedType(typeof(CheckOrder), "check")]
[JsonDerivedType(typeof(TryCellsOrder), "try-cells")]
[JsonDerivedType(typeof(StopCellsOrder), "stop-cells")]
public abstract record AgentOrder
{
    /// <summary>Names the order within the connection; the agent's answer has it.</summary>
    public long Id { get; init; }

    /// <summary>The run it is for, 1 to 64 characters; null between runs.</summary>
    public string? Run { get; init; }
}

/// <summary>Make one system call on a named socket, then read the socket tables.</summary>
public sealed record CallOrder : AgentOrder
{
    /// <summary>With what a reader of JSON takes where it finds none: an initializer's it does not know.</summary>
    /// <param name="length">The default.</param>
    /// <param name="timeoutMs">The default.</param>
    [JsonConstructor]
    public CallOrder(int length = 4096, int timeoutMs = 10_000) => (Length, TimeoutMs) = (length, timeoutMs);

    /// <summary>The program that makes it, by its id in the scenario.</summary>
    public string? Program { get; init; }

    /// <summary>The socket's name within the run, 1 to 16 of a-z, 0-9.</summary>
    public required string Socket { get; init; }

    /// <summary>Which call.</summary>
    public required SocketCall Call { get; init; }

    /// <summary>socket.</summary>
    public SocketFamily Family { get; init; }

    /// <summary>socket: the user that is to own it; null for the agent's own.</summary>
    public uint? Uid { get; init; }

    /// <summary>bind, connect.</summary>
    public TcpEndpoint? Address { get; init; }

    /// <summary>listen: 0 to 4096.</summary>
    public int Backlog { get; init; }

    /// <summary>setsockopt, getsockopt.</summary>
    public SocketOption? Option { get; init; }

    /// <summary>setsockopt.</summary>
    public OptionValue? Value { get; init; }

    /// <summary>accept4: the name of the accepted socket.</summary>
    public string? Accepted { get; init; }

    /// <summary>read, recv: room; write, send: octets, zeros where <see cref="Octets"/> is null. 1 to 1,048,576.</summary>
    public int Length { get; init; }

    /// <summary>write, send: what to send; at most 4096 octets.</summary>
    public byte[]? Octets { get; init; }

    /// <summary>recv, send: MSG_DONTWAIT.</summary>
    public bool DontWait { get; init; }

    /// <summary>shutdown: which direction.</summary>
    public ShutdownHow How { get; init; }

    /// <summary>accept4, connect, read, write, recv, send, and a close that lingers: give up after so many milliseconds, 1 to 120,000.</summary>
    public int TimeoutMs { get; init; }

    /// <summary>True to end the order as soon as the call was begun; what it returns comes later, with <see cref="AgentItem.OrderId"/>.</summary>
    public bool Background { get; init; }
}

/// <summary>Watch these ports from now on, instead of any before.</summary>
public sealed record WatchOrder : AgentOrder
{
    /// <summary>Ports that are watched at once, at most.</summary>
    public const int MaxPorts = 64;

    /// <summary>Rows with one of these as local or remote port are reported.</summary>
    public required IReadOnlyList<int> Ports { get; init; }
}

/// <summary>Read the socket tables now.</summary>
public sealed record LookOrder : AgentOrder;

/// <summary>Destroy one TIME-WAIT socket for good (SOCK_DESTROY), then read the socket tables. Refused for any other state.</summary>
public sealed record DestroyOrder : AgentOrder
{
    /// <summary>What <see cref="CallEvent.Socket"/> says of a socket that no program holds any more.</summary>
    public const string SocketName = "tw";

    /// <summary>The socket's own address and port, on a port that is watched.</summary>
    public required TcpEndpoint Local { get; init; }

    /// <summary>The peer.</summary>
    public required TcpEndpoint Remote { get; init; }
}

/// <summary>
/// End a program or a forked child: the kernel closes the sockets it holds. The answer's events are a <see cref="ProgramEvent"/> and what the sockets came to.
/// </summary>
public sealed record EndProgramOrder : AgentOrder
{
    /// <summary>The program's id in the scenario.</summary>
    public required string Program { get; init; }

    /// <summary>True for kill -9.</summary>
    public bool Kill { get; init; }

    /// <summary>The sockets that the program holds, by name.</summary>
    public IReadOnlyList<string> Sockets
    {
        get => field ?? [];
        init;
    }

    /// <summary>How often it was started, from 1: an end is of that start alone.</summary>
    public int Instance { get; init; }
}

/// <summary>Fork a program: a real child process holds some of its sockets too, until it is ended.</summary>
public sealed record ForkOrder : AgentOrder
{
    /// <summary>The program that forks, by its id in the scenario.</summary>
    public required string Program { get; init; }

    /// <summary>The child's name, by which it is ended.</summary>
    public required string Child { get; init; }

    /// <summary>The sockets that the child keeps, by name.</summary>
    public required IReadOnlyList<string> Sockets { get; init; }
}

/// <summary>Set a sysctl of the host's own namespace; the agent writes it into its journal first and puts it back with the run's end.</summary>
public sealed record SysctlOrder : AgentOrder
{
    /// <summary>One of <see cref="Sysctls.Allowed"/>.</summary>
    public required string Name { get; init; }

    /// <summary>At most 64 characters.</summary>
    public required string Value { get; init; }
}

/// <summary>Drop, reject or delay segments in the host's own namespace, or end that; undone with the run's end.</summary>
public sealed record FilterOrder : AgentOrder
{
    /// <summary>1 to 16 of a-z, 0-9, hyphen.</summary>
    public required string Name { get; init; }

    /// <summary><c>drop</c>, <c>reject</c>, <c>delay</c>, or <c>pass</c> to end the one of that name.</summary>
    public required string What { get; init; }

    /// <summary>drop, reject: true for segments that arrive, false for those that leave.</summary>
    public bool Inbound { get; init; }

    /// <summary>Segments from or to this port alone, 1 to 65535; for delay too.</summary>
    public int Port { get; init; }

    /// <summary>Control bits that must be set.</summary>
    public TcpFlags Set { get; init; }

    /// <summary>Control bits that must not be set.</summary>
    public TcpFlags Unset { get; init; }

    /// <summary>Only the first so many; null for all.</summary>
    public int? Count { get; init; }

    /// <summary>delay: milliseconds, 1 to 10,000.</summary>
    public int DelayMs { get; init; }
}

/// <summary>End a run here: end what blocks and what was forked, close every socket of the run, undo what it changed.</summary>
public sealed record CloseRunOrder : AgentOrder;

/// <summary>
/// Read and try how fit the host is for a scenario; the answer is in the order's end (<see cref="AgentItem.Check"/>), and nothing of it belongs to a run.
/// </summary>
public sealed record CheckOrder : AgentOrder
{
    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>Connect to this address for a moment, to see whether it can be reached; null not to.</summary>
    public TcpEndpoint? Reach { get; init; }

    /// <summary>Bind the port on 0.0.0.0 for a moment, without any option, to see whether the kernel allows it.</summary>
    public bool TryBind { get; init; }
}

/// <summary>
/// Try cells of the matrix over loopback, on ports that nobody has. What came of them is told in items with <see cref="AgentItem.Matrix"/> as it comes, in the
/// cells' order; the order ends once all were tried or it
/// was stopped. One that is still going on is stopped first.
/// </summary>
public sealed record TryCellsOrder : AgentOrder
{
    /// <summary>1 to all that there are (<see cref="MatrixCell.All"/>).</summary>
    public required IReadOnlyList<MatrixCell> Cells { get; init; }

    /// <summary>Ports that are not to be touched, at most <see cref="WatchOrder.MaxPorts"/>.</summary>
    public IReadOnlyList<int> Avoid
    {
        get => field ?? [];
        init;
    }
}

/// <summary>Stop trying cells; ends once everything of the trial is closed.</summary>
public sealed record StopCellsOrder : AgentOrder;
