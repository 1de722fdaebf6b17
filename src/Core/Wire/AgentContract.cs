using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

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
    /// <summary>Carry out one order. Orders are taken in turn; a call that blocks holds up nothing.</summary>
    Task CarryOut(AgentOrder order);

    /// <summary>CLOCK_MONOTONIC of the host in nanoseconds; the server estimates clock offsets with it.</summary>
    Task<long> Monotonic();
}

/// <param name="Protocol">The contract's version; a server refuses any other than its own.</param>
/// <param name="Instance">A new random id for each start of the agent.</param>
/// <param name="Facts">The host.</param>
/// <param name="Token">Reserved for access control; null now.</param>
public sealed record AgentHello(int Protocol, string Instance, HostFacts Facts, string? Token = null)
{
    /// <summary>The version that this program speaks.</summary>
    public const int CurrentProtocol = 5;
}

/// <param name="Refused">Why the server does not take this agent; null when it does.</param>
/// <param name="Acknowledged">The highest item number that the server holds of this instance; 0 for none.</param>
/// <param name="Runs">The runs that are open. An agent closes sockets, ends programs and undoes the environment of any other run.</param>
public sealed record AgentWelcome(Message? Refused, long Acknowledged, IReadOnlyList<string> Runs);

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
/// <param name="OrderId">The order that caused the event, or that ended; null for what the agent saw by itself.</param>
/// <param name="Done">True when the order has ended.</param>
/// <param name="Refused">Why the agent did not carry the order out; null when it did.</param>
/// <param name="Check">At the end of a <see cref="CheckOrder"/>, what was found.</param>
/// <param name="Matrix">What came of some of the cells of a <see cref="TryCellsOrder"/>.</param>
/// <param name="Run">The run whose order, socket, program or change it is about; null for what the agent saw by itself.</param>
public sealed record AgentItem(
    long Number,
    RunEvent? Event,
    long? OrderId = null,
    bool Done = false,
    Message? Refused = null,
    HostCheck? Check = null,
    string? Run = null,
    MatrixPart? Matrix = null
)
{
    /// <summary>The code of <see cref="Refused"/> from an agent that is ending and takes no order any more.</summary>
    public const string Ending = "agent.ending";
}
