using System.Net;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>A lesson as data: the steps of it, and the calls of each step. The agent knows none of this.</summary>
public sealed record Scenario
{
    /// <summary>The name in addresses and run files, <c>without-reuseaddr</c>.</summary>
    public required string Id { get; init; }

    /// <summary>English text, and the key of its translations.</summary>
    public required string Title { get; init; }

    public required string Summary { get; init; }

    public required RunOptions Defaults { get; init; }

    public required IReadOnlyList<ScenarioStep> Steps { get; init; }
}

public sealed record ScenarioStep
{
    /// <summary>The name in addresses and run files, <c>start-listener</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The button's text: English, and the key of its translations.</summary>
    public required string Title { get; init; }

    /// <summary>The button's text from the second time on; null for the same.</summary>
    public string? AgainTitle { get; init; }

    /// <summary>What the step does, in a sentence.</summary>
    public required string Does { get; init; }

    /// <summary>What the step shows once done, in a sentence.</summary>
    public required string Shows { get; init; }

    /// <summary>True when the step may be run again as often as wanted.</summary>
    public bool Repeats { get; init; }

    /// <summary>True when a failing call is the step's result and not its failure.</summary>
    public bool ResultIsLesson { get; init; }

    public required IReadOnlyList<ScenarioCall> Calls { get; init; }
}

/// <summary>A condition on the run's options or state under which a call is made; otherwise it is left out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallCondition>))]
public enum CallCondition : byte
{
    [JsonStringEnumMemberName("always")] Always,
    [JsonStringEnumMemberName("listenerReuseAddr")] ListenerReuseAddr,
    [JsonStringEnumMemberName("rebindReuseAddr")] RebindReuseAddr,

    /// <summary>Both hosts share one network namespace, so that the client has to choose its source address.</summary>
    [JsonStringEnumMemberName("sharedNamespace")] SharedNamespace,

    /// <summary>The named socket is still open from an earlier attempt.</summary>
    [JsonStringEnumMemberName("socketOpen")] SocketOpen,
}

/// <summary>One system call of one of the lesson's programs.</summary>
public sealed record ScenarioCall
{
    /// <summary><c>server</c> or <c>client</c>.</summary>
    public required string Host { get; init; }

    /// <summary>The program it belongs to as one would start it; <c>{0}</c> stands for 0 or 1, SO_REUSEADDR on the first listener, <c>{1}</c> for that on the rebind.</summary>
    public required string Program { get; init; }

    /// <summary>The socket's name: lfd, cfd, afd, rfd.</summary>
    public required string Socket { get; init; }

    /// <summary>The system call.</summary>
    public required SocketCall Call { get; init; }

    public CallCondition When { get; init; }

    /// <summary>bind and connect: an address, or <c>server</c> / <c>client</c> for that host's own.</summary>
    public string? Address { get; init; }

    /// <summary>bind: true for port 0, chosen by the kernel, instead of the run's port.</summary>
    public bool AnyPort { get; init; }

    /// <summary>setsockopt: which option.</summary>
    public SocketOption Option { get; init; }

    /// <summary>setsockopt: its value; for SO_LINGER the seconds of l_linger, with l_onoff 1.</summary>
    public int Value { get; init; } = 1;

    /// <summary>listen: the backlog.</summary>
    public int Backlog { get; init; }

    /// <summary>accept4: the name of the accepted socket.</summary>
    public string? Accepted { get; init; }

    /// <summary>What the program prints when the call succeeded; null for nothing.</summary>
    public string? Prints { get; init; }

    /// <summary>bind and connect: the address and port in that run; null for other calls.</summary>
    public Endpoint? AddressIn(RunHeader run) =>
        Address is { } name && IPAddress.TryParse(run.Hosts.FirstOrDefault(h => h.Name == name)?.Address ?? name, out IPAddress? address)
            ? Endpoint.Of(address, AnyPort ? 0 : run.Options.Port)
            : null;

    /// <summary>The program's name as one started it with these options.</summary>
    public string ProgramFor(RunOptions options) =>
        Program.Replace("{0}", options.ListenerReuseAddr ? "1" : "0").Replace("{1}", options.RebindReuseAddr ? "1" : "0");
}
