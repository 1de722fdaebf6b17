using System.ComponentModel;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>A scenario in the list of the catalogue.</summary>
internal sealed record ScenarioEntry
{
    public required string Id { get; init; }

    public required LocalText Title { get; init; }

    public required LocalText Summary { get; init; }

    [Description("The group it stands in.")]
    public required string Topic { get; init; }

    public required ScenarioLevel Level { get; init; }

    [Description("What it cannot do without.")]
    public required IReadOnlyList<ScenarioNeed> Needs { get; init; }

    [Description("What the lab's hosts lack of it; empty where it can be started.")]
    public required IReadOnlyList<MissingNeed> Missing { get; init; }
}

/// <summary>Something that a scenario cannot do without and a lab's hosts lack.</summary>
internal sealed record MissingNeed
{
    [Description("A stable name of what is missing.")]
    public required string Code { get; init; }

    [Description("What the sentence names.")]
    public required IReadOnlyDictionary<string, string> Args { get; init; }

    [Description("What is missing and what to do, in the language that was asked for.")]
    public required string Detail { get; init; }

    public static MissingNeed Of(Message message, TextCatalog texts) =>
        new()
        {
            Code = message.Code,
            Args = message.Args,
            Detail = texts[message],
        };
}
