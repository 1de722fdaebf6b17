using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>
/// A lesson as data (docs/scenarios.md): what a person may choose, the ports and programs, the steps and what each does, the question, and what explains each
/// outcome.
/// Agents know none of it. A run holds its own copy.
/// </summary>
public sealed record Scenario
{
    /// <summary>Where a file names no pause, milliseconds.</summary>
    private const int DefaultPauseMs = 300;

    /// <summary>With the defaults.</summary>
    public Scenario() => PauseMs = DefaultPauseMs;

    /// <summary>With what a reader of JSON takes where it finds none: an initializer's it does not know.</summary>
    /// <param name="pauseMs">The default.</param>
    [JsonConstructor]
    public Scenario(int pauseMs = DefaultPauseMs) => PauseMs = pauseMs;

    /// <summary>The name in addresses and run files: <c>without-reuseaddr</c>.</summary>
    public required string Id { get; init; }

    /// <summary>A name for it, for people.</summary>
    public required LocalText Title { get; init; }

    /// <summary>One sentence.</summary>
    public required LocalText Summary { get; init; }

    /// <summary>The group it stands in, one of <see cref="Topics.All"/>.</summary>
    public required string Topic { get; init; }

    /// <summary>How much a reader has to know.</summary>
    public ScenarioLevel Level { get; init; }

    /// <summary>Where it stands in its topic; from easy to hard.</summary>
    public int Order { get; init; }

    /// <summary>What a person may change.</summary>
    public IReadOnlyList<ScenarioValue> Values
    {
        get => field ?? [];
        init;
    }

    /// <summary>The server's ports and others that the scenario names; at least one, the first is the one that the page shows.</summary>
    public required IReadOnlyList<ScenarioPort> Ports { get; init; }

    /// <summary>What runs on the hosts; at least one.</summary>
    public required IReadOnlyList<ScenarioProgram> Programs { get; init; }

    /// <summary>What hosts it cannot do without.</summary>
    public IReadOnlyList<ScenarioNeed> Needs
    {
        get => field ?? [];
        init;
    }

    /// <summary>Milliseconds between two actions where nobody chose, 0 to <see cref="Limits.MaxPauseMs"/>.</summary>
    public int PauseMs { get; init; }

    /// <summary>True where there is no script: a person makes each call, and each becomes a step of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Free { get; init; }

    /// <summary>In the order in which they are carried out; at least one, and none where a person makes the calls (<see cref="Free"/>).</summary>
    public required IReadOnlyList<ScenarioStep> Steps { get; init; }

    /// <summary>Asked before the deciding step; null for none.</summary>
    public ScenarioQuestion? Question { get; init; }

    /// <summary>The first whose condition holds is shown once the deciding calls were made.</summary>
    public IReadOnlyList<ScenarioExplanation> Explanations
    {
        get => field ?? [];
        init;
    }

    /// <summary>Where to read on.</summary>
    public IReadOnlyList<ScenarioReference> ReadMore
    {
        get => field ?? [];
        init;
    }

    /// <summary>What must come of it on a kernel whose answers are known: for tests alone, in no API and no run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScenarioExpectation>? Expect { get; init; }

    /// <summary>The first of <see cref="Ports"/>.</summary>
    [JsonIgnore]
    public ScenarioPort MainPort => Ports[0];

    /// <summary>A step by its id; null for none of that name.</summary>
    public ScenarioStep? FindStep(string id) => Steps.FirstOrDefault(s => s.Id == id);

    /// <summary>A program by its id; null for none of that name.</summary>
    public ScenarioProgram? FindProgram(string? id) => Programs.FirstOrDefault(p => p.Id == id);

    /// <summary>The host that an action happens on, by its role: its program's, or the one it names.</summary>
    public string? HostOf(ScenarioAction action) => action.Host ?? FindProgram(action.Program)?.Host;
}

/// <summary>The groups of the catalogue, in their order; their names are in the texts' catalogue as <c>topic.NAME</c>.</summary>
public static class Topics
{
    /// <summary>The catalogue's order; <c>own</c> is for scenarios of one's own.</summary>
    public static IReadOnlyList<string> All { get; } = ["time-wait", "left-on-port", "no-time-wait", "reuseport", "addresses", "clients", "options", "own"];
}

/// <summary>How much a reader has to know.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScenarioLevel>))]
public enum ScenarioLevel : byte
{
    /// <summary>What a socket and a port are.</summary>
    [JsonStringEnumMemberName("basic")]
    Basic,

    /// <summary>TCP's states.</summary>
    [JsonStringEnumMemberName("intermediate")]
    Intermediate,

    /// <summary>Options, sysctls and segments.</summary>
    [JsonStringEnumMemberName("advanced")]
    Advanced,
}

/// <summary>What a person may choose for a value.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ValueKind>))]
public enum ValueKind : byte
{
    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("switch")]
    Switch,

    /// <summary>A whole number.</summary>
    [JsonStringEnumMemberName("number")]
    Number,

    /// <summary>One of several words.</summary>
    [JsonStringEnumMemberName("choice")]
    Choice,
}

/// <summary>Something that a person may change before a run.</summary>
public sealed record ScenarioValue
{
    /// <summary>Its name in conditions and arguments: a letter, then letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>What may be chosen.</summary>
    public ValueKind Kind { get; init; }

    /// <summary>What it is called where it is asked for.</summary>
    public required LocalText Label { get; init; }

    /// <summary>What it is where nobody chose; one that it allows.</summary>
    public required Scalar Default { get; init; }

    /// <summary>number: the least; null for no bound.</summary>
    public long? Min { get; init; }

    /// <summary>number: the most; null for no bound.</summary>
    public long? Max { get; init; }

    /// <summary>number: the unit, <c>s</c>, <c>ms</c>, <c>octets</c>; null for a bare number.</summary>
    public string? Unit { get; init; }

    /// <summary>choice: what there is to choose from.</summary>
    public IReadOnlyList<ScenarioChoice>? Choices { get; init; }

    /// <summary>True for a value that it can have.</summary>
    public bool Allows(Scalar value) =>
        Kind switch
        {
            ValueKind.Switch => value.IsBool,
            ValueKind.Number => value is { IsNumber: true, Number: { } n } && n >= (Min ?? long.MinValue) && n <= (Max ?? long.MaxValue),
            _ => value.IsText && Choices?.Any(c => c.Id == value.ToString()) == true,
        };
}

/// <summary>One of the words that a value may be.</summary>
public sealed record ScenarioChoice
{
    /// <summary>The word, for conditions and arguments.</summary>
    public required string Id { get; init; }

    /// <summary>What it is called where it is chosen.</summary>
    public required LocalText Label { get; init; }
}

/// <summary>A port that a scenario uses.</summary>
public sealed record ScenarioPort
{
    /// <summary>Its name in actions and arguments.</summary>
    public required string Id { get; init; }

    /// <summary>1 to 65535, where nobody chose another.</summary>
    public required int Default { get; init; }

    /// <summary>The host whose port it is, by its role.</summary>
    public string Host
    {
        get => field ?? "server";
        init;
    }
}

/// <summary>A program of the lesson, as one would write it in C.</summary>
public sealed record ScenarioProgram
{
    /// <summary>Its name in actions and conditions.</summary>
    public required string Id { get; init; }

    /// <summary>The host it runs on, by its role.</summary>
    public required string Host { get; init; }

    /// <summary>The command line as shown; <c>{name}</c> stands for a value, a switch as 0 or 1, or for a port's number by its id.</summary>
    public required string Command { get; init; }

    /// <summary>The user id that owns its sockets; null for the agent's own. Needs <see cref="ScenarioNeed.Users"/>.</summary>
    public uint? Uid { get; init; }
}

/// <summary>What a scenario cannot do without.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScenarioNeed>))]
public enum ScenarioNeed : byte
{
    /// <summary>Network namespaces that are the lab's own: only there it changes sysctls and packet filters.</summary>
    [JsonStringEnumMemberName("own-namespaces")]
    OwnNamespaces,

    /// <summary>The two hosts do not share one network namespace.</summary>
    [JsonStringEnumMemberName("two-namespaces")]
    TwoNamespaces,

    /// <summary>An IPv6 address on each host that the other reaches.</summary>
    [JsonStringEnumMemberName("ipv6")]
    Ipv6,

    /// <summary>A second IPv4 address on each host.</summary>
    [JsonStringEnumMemberName("second-address")]
    SecondAddress,

    /// <summary>nft, to drop or reject segments.</summary>
    [JsonStringEnumMemberName("nft")]
    Nft,

    /// <summary>tc with netem, to delay segments.</summary>
    [JsonStringEnumMemberName("netem")]
    Netem,

    /// <summary>An agent that may make sockets for another user.</summary>
    [JsonStringEnumMemberName("users")]
    Users,

    /// <summary>A capture: a condition of the scenario asks for segments.</summary>
    [JsonStringEnumMemberName("capture")]
    Capture,

    /// <summary>An agent that can hand sockets to a child process.</summary>
    [JsonStringEnumMemberName("fork")]
    Fork,
}

/// <summary>A part of a scenario that is carried out at one press of a button.</summary>
public sealed record ScenarioStep
{
    /// <summary>The name in addresses and run files, <c>start-listener</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The button's text.</summary>
    public required LocalText Title { get; init; }

    /// <summary>The button's text from the second time on; null for the same.</summary>
    public LocalText? AgainTitle { get; init; }

    /// <summary>What the step does, in a sentence.</summary>
    public required LocalText Does { get; init; }

    /// <summary>What the step shows once done, in a sentence; null for nothing more.</summary>
    public LocalText? Shows { get; init; }

    /// <summary>True when the step may be run again as often as wanted.</summary>
    public bool Repeats { get; init; }

    /// <summary>One after the other, each when the one before has ended.</summary>
    public required IReadOnlyList<ScenarioAction> Actions { get; init; }

    /// <summary>True when a call of it decides what the run has shown.</summary>
    [JsonIgnore]
    public bool Decides => Actions.Any(a => a.Decides);
}

/// <summary>What a person is asked to predict.</summary>
public sealed record ScenarioQuestion
{
    /// <summary>The question.</summary>
    public required LocalText Text { get; init; }

    /// <summary>The step before which it is asked; null for the first that decides.</summary>
    public string? Before { get; init; }

    /// <summary>None is marked right: each says under which condition on the outcome it was.</summary>
    public required IReadOnlyList<QuestionChoice> Choices { get; init; }
}

/// <summary>One prediction.</summary>
public sealed record QuestionChoice
{
    /// <summary>Its name within the question.</summary>
    public required string Id { get; init; }

    /// <summary>The prediction in words.</summary>
    public required LocalText Text { get; init; }

    /// <summary>When it was right.</summary>
    public required Condition When { get; init; }
}

/// <summary>Why it came out as it did.</summary>
public sealed record ScenarioExplanation
{
    /// <summary>Its name within the scenario.</summary>
    public required string Id { get; init; }

    /// <summary>A condition on what happened.</summary>
    public required Condition When { get; init; }

    /// <summary>What is shown.</summary>
    public required LocalText Text { get; init; }

    /// <summary>What to change next: value to new value; null for nothing.</summary>
    public IReadOnlyDictionary<string, Scalar>? TryNext { get; init; }
}

/// <summary>Where something is written that the scenario shows.</summary>
public sealed record ScenarioReference
{
    /// <summary>An RFC section, a man page, a kernel function: <c>RFC 9293, 3.10.7.4</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What it says of this; null for nothing more.</summary>
    public LocalText? About { get; init; }
}

/// <summary>What must come of a scenario with some values.</summary>
public sealed record ScenarioExpectation
{
    /// <summary>Values other than the defaults.</summary>
    public IReadOnlyDictionary<string, Scalar> Values
    {
        get => field ?? NoValues;
        init;
    }

    private static readonly Dictionary<string, Scalar> NoValues = [];

    /// <summary>Conditions, each of which must hold once every step was done.</summary>
    public required IReadOnlyList<Condition> That { get; init; }

    /// <summary>The explanation that must be chosen; null for any.</summary>
    public string? Explanation { get; init; }
}
