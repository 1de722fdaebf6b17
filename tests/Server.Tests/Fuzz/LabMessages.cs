using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Tests.Fuzz;

/// <summary>What a browser says to the hub: good messages of every kind, to be sent as they are or changed.</summary>
/// <param name="run">The run that commands are about.</param>
/// <param name="script">A whole scenario, as the API gives it.</param>
/// <param name="random">Chooses what is said.</param>
internal sealed class LabMessages(string run, JsonNode script, Mutations random)
{
    private long _invocation;

    public JsonNode Join() =>
        Call(nameof(ILabHub.Join), random.Once(2) ? "" : "local", random.Once(2) ? null : new JsonObject { [run] = 3 }, random.Once(2) ? null : "abc");

    public JsonNode Next() =>
        random.Next(12) switch
        {
            0 => Join(),
            1 => JsonNode.Parse(
                random.Pick([
                    """{"type":4,"invocationId":"3","target":"Ask","arguments":[]}""",
                    """{"type":5,"invocationId":"3"}""",
                    """{"type":3,"invocationId":"3","result":{"a":1}}""",
                    """{"type":6}""",
                    """{"type":7,"error":"x"}""",
                ])
            )!,
            2 => Call(
                nameof(ILabHub.Ask),
                new JsonObject
                {
                    ["command"] = "start-run",
                    ["script"] = script.DeepClone(),
                    ["ports"] = new JsonObject { ["main"] = 23457 },
                    ["pauseMs"] = 0,
                }
            ),
            _ => Call(nameof(ILabHub.Ask), JsonSerializer.SerializeToNode(Command(), WireJson.Default.LabCommand)),
        };

    private LabCommand Command() =>
        random.Next(16) switch
        {
            0 => new StartRun
            {
                Scenario = random.Once(2) ? "without-reuseaddr" : "wait-it-out",
                Ports = new Dictionary<string, int> { ["main"] = 23456 },
                PauseMs = 0,
                Play = random.Once(2),
            },
            1 => new StartRun
            {
                Scenario = "with-reuseaddr",
                Values = new Dictionary<string, Scalar> { ["listenerReuseAddr"] = Scalar.Of(true) },
                PauseMs = Limits.MaxPauseMs,
            },
            2 => new RunStep(run, random.Pick(["start-listener", "connect", "close", "rebind"])),
            3 => new NextAction(run),
            4 => new PlayRun(run),
            5 => new PauseRun(run),
            6 => new PredictRun(run, random.Pick(["ok", "refused", "none"])),
            7 => new SkipWait(run),
            8 => new RepeatStep(run),
            9 => new StopRepeating(run),
            10 => new ResetRun(random.Once(2) ? run : null),
            11 => new ChangePace(run, random.Pick([0, 100, Limits.MaxPauseMs])),
            12 => new CheckHosts(),
            13 => new TryCells { Set = random.Once(2) ? CellSet.Basic : null, Cells = random.Once(2) ? [MatrixCell.Basic[0]] : null },
            14 => new StopCells(),
            _ => new WatchPorts([11111, 11112]),
        };

    private JsonObject Call(string target, params JsonNode?[] arguments) =>
        new()
        {
            ["type"] = 1,
            ["invocationId"] = $"{++_invocation}",
            ["target"] = target,
            ["arguments"] = new JsonArray(arguments),
        };
}
