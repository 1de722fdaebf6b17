using System.Text.Json;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;

namespace ReuseAddrDashboard.Web.Tests;

/// <summary>What a browser is sent when it joins.</summary>
internal sealed record Joined(LabState State, IReadOnlyList<Scenario> Scenarios, IReadOnlyList<RunBatch> Logs);

/// <summary>What a lab tells a browser.</summary>
internal static class Labs
{
    public static Scenario With { get; } =
        RunScript.Script with
        {
            Id = "with-reuseaddr",
            Title = LocalText.Of("With SO_REUSEADDR"),
            Values = [.. RunScript.Script.Values.Select(v => v with { Default = Scalar.Of(true) })],
        };

    public static Joined Snapshot(
        RunScript? script,
        int events = int.MaxValue,
        long runTime = 0,
        LabState? state = null,
        IReadOnlyList<Scenario>? scenarios = null
    ) =>
        new(
            state ?? State(script, 1, runTime),
            scenarios ?? [RunScript.Script, With],
            script is null ? [] : [new RunBatch(script.Header.Id, [.. script.Events.Take(events)])]
        );

    public static void Apply(this LabStore store, Joined joined)
    {
        store.Lists([.. joined.Scenarios]);
        store.Apply(joined.State);
        foreach (RunBatch batch in joined.Logs)
            store.Apply(batch);
    }

    /// <summary>The catalogue as a browser is told it.</summary>
    public static void Lists(this LabStore store, params Scenario[] scenarios) => store.Apply([.. scenarios.Select(Sent)]);

    private static ListedScenario Sent(Scenario scenario) =>
        JsonSerializer.Deserialize<IReadOnlyList<ListedScenario>>(
            JsonSerializer.Serialize<IReadOnlyList<ListedScenario>>([ListedScenario.Of(scenario)], LabJson.Default.Options),
            LabJson.Default.Options
        )![0];

    public static LabState State(
        RunScript? script,
        long version = 1,
        long runTime = 0,
        bool busy = false,
        IReadOnlyList<SocketEvent>? sockets = null,
        bool serverLinked = true,
        bool repeating = false
    ) =>
        new()
        {
            Id = "local",
            Version = version,
            Mode = HostsMode.Namespaces,
            Hosts =
            [
                new("client", true, RunScript.Host("client", RunScript.ClientAddress)),
                new("server", serverLinked, RunScript.Host("server", RunScript.ServerAddress)),
            ],
            Runs = script is null
                ? []
                :
                [
                    new OpenRun(script.Header)
                    {
                        Now = runTime,
                        Busy = busy || repeating,
                        Repeating = repeating,
                    },
                ],
            Ports = [11111],
            Sockets = sockets ?? [],
        };
}
