using System.Globalization;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Components.Runs;

/// <summary>A stored run in words.</summary>
public static class RunWords
{
    /// <summary>In this browser's time: 2026-11-26 14:03:07, the same in every language.</summary>
    public static string When(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The day, in this browser's time: 2026-11-26.</summary>
    public static string Date(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Which run it is, in one breath.</summary>
    public static string Name(RunSummary run, PageTexts text) => text["runs.of", ("lesson", text[run.Title]), ("at", When(run.StartedAt))];

    /// <summary>Ports and values as they were, with the labels of the lesson where that is still listed.</summary>
    public static string Values(RunSummary run, Scenario? lesson, PageTexts text) =>
        string.Join(
            ", ",
            [
                text["runs.ports", ("ports", string.Join(", ", run.Ports.Values))],
                .. run.Values.Select(v =>
                    lesson?.Values.FirstOrDefault(x => x.Id == v.Key) is { } of
                        ? $"{text[of.Label]}: {of.Shown(v.Value, text.Catalog)}"
                        : $"{v.Key} = {v.Value}"
                ),
            ]
        );

    /// <summary>Values of a run with their labels.</summary>
    public static IReadOnlyList<(string Label, string Value)> Values(RunHeader run, PageTexts text) =>
        [.. run.Script.Values.Select(v => (text[v.Label], v.Shown(run.Values.GetValueOrDefault(v.Id, v.Default), text.Catalog)))];
}
