using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Tests;

namespace ReuseAddrDashboard.Web.Tests;

/// <summary>Scenarios other than the article's.</summary>
internal static class Scripts
{
    /// <summary>Values of three kinds, two ports, and a step of three deciding calls that a program makes.</summary>
    public static Scenario Many { get; } =
        new()
        {
            Id = "many",
            Title = LocalText.Of("Many values"),
            Summary = LocalText.Of("A summary of its own."),
            Topic = "options",
            PauseMs = 0,
            Values =
            [
                new()
                {
                    Id = "linger",
                    Kind = ValueKind.Switch,
                    Label = LocalText.Of("SO_LINGER"),
                    Default = Scalar.Of(true),
                },
                new()
                {
                    Id = "seconds",
                    Kind = ValueKind.Number,
                    Label = LocalText.Of("Linger time"),
                    Default = Scalar.Of(2),
                    Min = 0,
                    Max = 30,
                    Unit = "s",
                },
                new()
                {
                    Id = "who",
                    Kind = ValueKind.Choice,
                    Label = LocalText.Of("Who closes first"),
                    Default = Scalar.Of("server"),
                    Choices = [new() { Id = "server", Label = LocalText.Of("the server") }, new() { Id = "client", Label = LocalText.Of("the client") }],
                },
            ],
            Ports = [new() { Id = "main", Default = 11111 }, new() { Id = "other", Default = 11112 }],
            Programs =
            [
                new()
                {
                    Id = "sv",
                    Host = "server",
                    Command = "./sv {seconds}",
                },
                new()
                {
                    Id = "cl",
                    Host = "client",
                    Command = "./cl",
                },
            ],
            Steps =
            [
                new()
                {
                    Id = "prepare",
                    Title = LocalText.Of("Prepare"),
                    Does = LocalText.Of("Starts the server."),
                    Actions = [new() { Do = ActionKind.Start, Program = "sv" }, Do(ActionKind.Socket, "a")],
                },
                new()
                {
                    Id = "decide",
                    Title = LocalText.Of("Decide"),
                    Does = LocalText.Of("Three calls decide."),
                    Actions =
                    [
                        Do(ActionKind.Bind, "a") with
                        {
                            Decides = true,
                            Id = "b",
                        },
                        Do(ActionKind.Connect, "a") with
                        {
                            Decides = true,
                            OnError = OnError.Continue,
                        },
                        Do(ActionKind.Read, "a") with
                        {
                            Decides = true,
                        },
                    ],
                },
            ],
            Question = new()
            {
                Text = LocalText.Of("What will connect() return?"),
                Choices =
                [
                    new()
                    {
                        Id = "ok",
                        Text = LocalText.Of("It succeeds"),
                        When = "result(decide) == ok",
                    },
                    new()
                    {
                        Id = "no",
                        Text = LocalText.Of("It is refused"),
                        When = "result(decide) == ECONNREFUSED",
                    },
                ],
            },
            Explanations =
            [
                new()
                {
                    Id = "ok",
                    When = "result(decide) == ok",
                    Text = LocalText.Of("All went well."),
                },
                new()
                {
                    Id = "refused",
                    When = "result(decide) == ECONNREFUSED and seconds == 2",
                    Text = LocalText.Of("Nobody was there."),
                    TryNext = new Dictionary<string, Scalar> { ["linger"] = Scalar.Of(false), ["seconds"] = Scalar.Of(5) },
                },
            ],
            ReadMore = [new() { Source = "RFC 9293, 3.5", About = LocalText.Of("How it begins.") }],
        };

    public static RunHeader Header(Scenario scenario, params HostFacts[] hosts) =>
        new RunScript().Header with
        {
            Id = "20261123-004023-aaaaaa",
            Scenario = scenario.Id,
            Script = scenario,
            Values = scenario.Values.ToDictionary(v => v.Id, v => v.Default),
            Ports = scenario.Ports.ToDictionary(p => p.Id, p => p.Default),
            Hosts = hosts.Length > 0 ? hosts : new RunScript().Header.Hosts,
        };

    /// <summary>The log of <see cref="Many"/>: bind succeeds, connect is refused, read as well.</summary>
    public static RunScript ManyLog(bool begunOnly = false)
    {
        RunScript log = new RunScript()
            .Step("prepare", StepStatus.Started)
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Program = "sv",
                    Instance = 1,
                    Change = ProgramChange.Started,
                    Command = "./sv 2",
                },
                1
            )
            .Add(
                new ActionEvent
                {
                    Step = "prepare",
                    Attempt = 1,
                    Index = 0,
                },
                1
            )
            .Call("server", "a", "socket", RunScript.Socket, 3, step: "prepare", index: 1)
            .Step("prepare", StepStatus.Done)
            .Step("decide", StepStatus.Started)
            .Call("server", "a", "bind", RunScript.Bind(RunScript.Any), step: "decide", index: 0, local: RunScript.Any);
        return begunOnly
            ? log
            : log.Call("server", "a", "connect", RunScript.Bind(RunScript.ClientEnd), errno: "ECONNREFUSED", step: "decide", index: 1)
                .Call("server", "a", "read", RunScript.Fd(3), errno: "ENOTCONN", step: "decide", index: 2)
                .Step("decide", StepStatus.Done)
                .Add(new EndEvent { Outcome = Outcome.Completed }, 0);
    }

    private static ScenarioAction Do(ActionKind what, string socket) =>
        new()
        {
            Do = what,
            Program = "sv",
            Socket = socket,
            Address = what switch
            {
                ActionKind.Bind => AddressNames.Any,
                ActionKind.Connect => "client",
                _ => null,
            },
        };
}
