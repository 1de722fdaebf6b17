using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>A lab by itself: no server, no agents, no store, no clock. What it asks for is answered at once, by what the test says.</summary>
internal sealed class LabBench
{
    private readonly Dictionary<string, BenchAgent> _byConnection = [];
    private readonly Queue<LabInput> _inputs = new();
    private readonly Dictionary<string, long> _numbers = [];
    private long _reply;
    private long? _wakes;

    public LabBench(LabSetup? setup = null, params Scenario[] scenarios)
    {
        int run = 0;
        Lab = new(setup ?? LabSetups.Default.First, _ => NewRunId?.Invoke() ?? $"run-{++run}");
        Take(new ScenariosChanged(scenarios));
    }

    public Lab Lab { get; }

    public long Now { get; private set; } = 1_000_000_000_000;

    /// <summary>Every effect so far.</summary>
    public List<LabEffect> Effects { get; } = [];

    public Dictionary<long, LabReply> Replies { get; } = [];

    public Dictionary<string, List<RunEvent>> Shown { get; } = [];

    public Dictionary<string, List<RunEvent>> Stored { get; } = [];

    public HashSet<string> Finished { get; } = [];

    /// <summary>False while nothing can be stored.</summary>
    public bool Stores { get; set; } = true;

    /// <summary>True while the store is not heard of; what it was asked is in <see cref="Effects"/>.</summary>
    public bool StoreHangs { get; set; }

    /// <summary>Makes the ids of runs.</summary>
    public Func<string>? NewRunId { get; set; }

    /// <summary>What failed in the lab itself; a test that does not look fails.</summary>
    public List<Exception>? Faults { get; set; }

    /// <summary>A lab with its agents.</summary>
    public static (LabBench Bench, BenchAgent Client, BenchAgent Server) WithAgents(params Scenario[] scenarios)
    {
        var bench = new LabBench(null, scenarios.Length == 0 ? [BenchScenarios.Rebind()] : scenarios);
        BenchAgent client = bench.Join("client"),
            server = bench.Join("server");
        // The checks that follow are over.
        bench.Take(new TimeCame());
        client.Orders.Clear();
        server.Orders.Clear();
        return (bench, client, server);
    }

    public BenchAgent Join(string role, HostFacts? facts = null, string? instance = null, bool onLabsClock = true)
    {
        var agent = new BenchAgent(
            this,
            role,
            $"{role}-{_byConnection.Count}",
            instance ?? $"instance-{_byConnection.Count}",
            facts ?? BenchScenarios.Facts(role)
        );
        _byConnection[agent.Connection] = agent;
        long reply = ++_reply;
        Take(new AgentCame(agent.Connection, new(AgentHello.CurrentProtocol, agent.Instance, agent.Facts), onLabsClock, reply));
        agent.Welcome = Effects.OfType<AnswerAgent>().Single(a => a.Reply == reply).Welcome;
        return agent;
    }

    /// <summary>Brings an input and all that follows from what it asks for.</summary>
    public void Take(LabInput input)
    {
        _inputs.Enqueue(input);
        if (_inputs.Count > 1)
            return;
        while (_inputs.TryPeek(out LabInput? next))
        {
            foreach (LabEffect effect in Lab.Take(next, new(Now, DateTimeOffset.UnixEpoch.AddTicks(Now / 100))))
                Carry(effect);
            _inputs.Dequeue();
        }
    }

    /// <summary>Lets time pass, stopping wherever the lab wants to be woken.</summary>
    public void Pass(TimeSpan span)
    {
        long until = Now + (long)span.TotalNanoseconds;
        while (_wakes is { } at && at <= until)
        {
            Now = Math.Max(Now, at);
            _wakes = null;
            Take(new TimeCame());
        }
        Now = until;
        Take(new TimeCame());
    }

    /// <summary>Asks, and gives the answer; fails where none came.</summary>
    public LabReply Ask(LabCommand command, bool wait = true) =>
        Replies.TryGetValue(Begin(command, wait), out LabReply? reply) ? reply : throw new InvalidOperationException($"No answer to {command}.");

    /// <summary>Asks without waiting for the answer.</summary>
    public long Begin(LabCommand command, bool wait = true)
    {
        long reply = ++_reply;
        Take(new CommandGiven(command, wait, reply));
        return reply;
    }

    public string Start(int port = 22222, string scenario = "rebind", Dictionary<string, Scalar>? values = null, int pauseMs = 0, bool play = false)
    {
        LabReply reply = Ask(
            new StartRun
            {
                Scenario = scenario,
                Ports = new Dictionary<string, int> { ["main"] = port },
                Values = values,
                PauseMs = pauseMs,
                Play = play,
            }
        );
        return reply.Ok ? reply.Run! : throw new InvalidOperationException(reply.Refusal!.ToString());
    }

    /// <summary>The number of the next item that an agent's instance tells.</summary>
    public long NextNumber(string instance) => _numbers[instance] = _numbers.GetValueOrDefault(instance) + 1;

    public LabRun Run(string id) => Lab.Runs.Single(r => r.Id == id);

    public IEnumerable<T> Log<T>(string run)
        where T : RunEvent => Shown.GetValueOrDefault(run, []).OfType<T>();

    public LabState State => Lab.State(Now);

    public long Report(BenchAgent agent, IReadOnlyList<AgentItem> items)
    {
        long reply = ++_reply;
        Take(new AgentReported(agent.Connection, new(agent.Instance, items), reply));
        return reply;
    }

    public long? Held(long reply) => Effects.OfType<AnswerReport>().FirstOrDefault(a => a.Reply == reply)?.Held;

    private void Carry(LabEffect effect)
    {
        Effects.Add(effect);
        switch (effect)
        {
            case GiveOrder give:
                if (_byConnection.TryGetValue(give.Connection, out BenchAgent? agent))
                    agent.Take(give.Order);
                break;
            case WakeAt wake:
                _wakes = wake.At;
                break;
            case CreateRun or StoreEvents or FinishRun when StoreHangs:
                break;
            case CreateRun create:
                Take(Stores ? new RunCreated(create.Header.Id) : new RunNotCreated(create.Header.Id, Full));
                break;
            case StoreEvents events:
                if (Stores)
                    Of(Stored, events.Run).AddRange(events.Events);
                Take(Stores ? new EventsStored(events.Run) : new EventsNotStored(events.Run, Full));
                break;
            case FinishRun finish:
                if (Stores)
                    Finished.Add(finish.Header.Id);
                Take(Stores ? new RunFinished(finish.Header.Id) : new RunNotFinished(finish.Header.Id, Full));
                break;
            case ShowEvents show:
                Of(Shown, show.Batch.Run).AddRange(show.Batch.Events);
                break;
            case AnswerCommand answer:
                Replies.Add(answer.Reply, answer.Answer);
                break;
            case WriteLog { Fault: { } fault }:
                if (Faults is null)
                    throw new InvalidOperationException($"The lab failed: {fault}", fault);
                Faults.Add(fault);
                break;
            default:
                break;
        }
    }

    /// <summary>Why nothing can be stored.</summary>
    public static readonly Core.Texts.Message Full = new("store.full");

    private static List<RunEvent> Of(Dictionary<string, List<RunEvent>> all, string run) =>
        all.TryGetValue(run, out List<RunEvent>? list) ? list : all[run] = [];
}

/// <summary>An agent in the hands of a test: it answers each order at once, with success where the test says nothing else.</summary>
internal sealed class BenchAgent(LabBench bench, string role, string connection, string instance, HostFacts facts)
{
    private ulong _inode = 1000;

    public string Role => role;

    public string Connection => connection;

    public string Instance => instance;

    public HostFacts Facts => facts;

    public AgentWelcome? Welcome { get; set; }

    public List<AgentOrder> Orders { get; } = [];

    public IEnumerable<CallOrder> Calls => Orders.OfType<CallOrder>();

    /// <summary>What a call comes to: errno or null.</summary>
    public Func<CallOrder, (string Name, int Number, string Text)?> Result { get; set; } = _ => null;

    /// <summary>Changes a call's event before it is told.</summary>
    public Func<CallOrder, CallEvent, CallEvent> Shape { get; set; } = (_, call) => call;

    /// <summary>What is seen with an order's end, before it.</summary>
    public Func<AgentOrder, IEnumerable<RunEvent>> Sees { get; set; } = _ => [];

    /// <summary>Why an order is refused; null to carry it out.</summary>
    public Func<AgentOrder, Core.Texts.Message?> Refuses { get; set; } = _ => null;

    /// <summary>True for an order that is not answered.</summary>
    public Func<AgentOrder, bool> Silent { get; set; } = _ => false;

    public Func<CheckOrder, HostCheck> Finds { get; set; } =
        order => new HostCheck
        {
            Port = order.Port,
            Sysctls = new Dictionary<string, string?>(),
            Holders = [],
            Capabilities = [],
            TrialBind = order.TryBind ? "none" : null,
            Reach = order.Reach is { } to ? new ReachTest(to, ReachResult.Refused, "ECONNREFUSED", 200_000) : null,
        };

    /// <summary>What cells come to, part by part.</summary>
    public Func<TryCellsOrder, IEnumerable<MatrixPart>> Tries { get; set; } =
        order =>
            [
                new([], BenchScenarios.MatrixHost()),
                .. order.Cells.Chunk(16).Select(some => new MatrixPart([.. some.Select(c => new MatrixResult(c, MatrixRule.Of(c).Answer))])),
            ];

    /// <summary>The addresses that connect and accept4 report.</summary>
    public (string Local, string Remote)? Connected { get; set; }

    public void Take(AgentOrder order)
    {
        Orders.Add(order);
        if (!Silent(order))
            Answer(order);
    }

    /// <summary>Answers an order, also one that was left unanswered.</summary>
    public void Answer(AgentOrder order)
    {
        if (Refuses(order) is { } why)
        {
            Send(new AgentItem(bench.NextNumber(instance), null, order.Id, true, why));
            return;
        }
        var items = new List<AgentItem>();
        foreach (RunEvent e in (order is CallOrder { Background: true } ? [] : Events(order)).Concat(Sees(order)))
            items.Add(new(bench.NextNumber(instance), e, order.Id, Run: order.Run));
        foreach (MatrixPart part in order is TryCellsOrder cells ? Tries(cells) : [])
            items.Add(new(bench.NextNumber(instance), null, order.Id, Matrix: part));
        items.Add(new(bench.NextNumber(instance), null, order.Id, true, Check: order is CheckOrder check ? Finds(check) : null));
        Send([.. items]);
    }

    /// <summary>A call that was left waiting returns.</summary>
    public void Return(CallOrder order) => Send([.. Events(order).Select(e => new AgentItem(bench.NextNumber(instance), e, order.Id, Run: order.Run))]);

    /// <summary>Tells what the agent saw by itself.</summary>
    public void Tell(params RunEvent[] events) => Tell(null, events);

    /// <summary>Tells what it did by itself in a run.</summary>
    public void Tell(string? run, params RunEvent[] events) => Send([.. events.Select(e => new AgentItem(bench.NextNumber(instance), e, Run: run))]);

    /// <summary>Tells a part of what cells came to.</summary>
    public void Tell(TryCellsOrder order, MatrixPart part) => Send(new AgentItem(bench.NextNumber(instance), null, order.Id, Matrix: part));

    public void Leave() => bench.Take(new AgentWent(connection));

    private void Send(params AgentItem[] items) => bench.Report(this, items);

    private IEnumerable<RunEvent> Events(AgentOrder order)
    {
        switch (order)
        {
            case CallOrder call:
                yield return Shape(call, Made(call));
                break;
            case EndProgramOrder end:
                yield return new ProgramEvent
                {
                    Source = EvidenceSource.Agent,
                    T = bench.Now,
                    Program = end.Program,
                    Instance = end.Instance,
                    Change = end.Kill ? ProgramChange.Killed : ProgramChange.Exited,
                    Sockets = end.Sockets,
                };
                break;
            case ForkOrder fork:
                yield return new ProgramEvent
                {
                    Source = EvidenceSource.Agent,
                    T = bench.Now,
                    Program = fork.Program,
                    Change = ProgramChange.Forked,
                    Child = fork.Child,
                    Sockets = fork.Sockets,
                    Pid = 77,
                };
                break;
            case SysctlOrder sysctl:
                yield return new EnvironmentEvent
                {
                    Source = EvidenceSource.Agent,
                    T = bench.Now,
                    What = "sysctl",
                    Name = sysctl.Name,
                    Change = EnvironmentChange.Made,
                    Value = sysctl.Value,
                    Before = "1",
                };
                break;
            case FilterOrder filter:
                yield return new EnvironmentEvent
                {
                    Source = EvidenceSource.Agent,
                    T = bench.Now,
                    What = filter.What,
                    Name = filter.Name,
                    Change = filter.What == "pass" ? EnvironmentChange.Undone : EnvironmentChange.Made,
                };
                break;
            case DestroyOrder destroy:
                yield return BenchScenarios.Row(destroy.Local.ToString(), destroy.Remote.ToString(), TcpState.TimeWait, null, bench.Now);
                break;
            default:
                break;
        }
    }

    private CallEvent Made(CallOrder order)
    {
        (string Name, int Number, string Text)? error = Result(order);
        bool end = order.Call is SocketCall.Connect or SocketCall.Accept4;
        return new()
        {
            Source = EvidenceSource.Call,
            T = bench.Now,
            Duration = 1000,
            Socket = order.Socket,
            Call = order.Call.Name(),
            Accepted = error is null ? order.Accepted : null,
            Program = order.Program,
            Args = new()
            {
                Fd = 3,
                Address = order.Address,
                Option = order.Option,
                Value = order.Value,
            },
            Result = error is null ? 0 : -1,
            Errno = error?.Name,
            ErrnoNumber = error?.Number,
            ErrnoText = error?.Text,
            Inode = error is null && order.Call is SocketCall.Socket or SocketCall.Accept4 ? ++_inode : 0,
            Local =
                end && Connected is { } c ? BenchScenarios.End(c.Local)
                : order.Call == SocketCall.Bind ? order.Address
                : null,
            Remote = end && Connected is { } d ? BenchScenarios.End(d.Remote) : null,
        };
    }
}

/// <summary>Lessons and rows for the bench.</summary>
internal static class BenchScenarios
{
    public const string ServerEnd = "192.168.122.68:22222",
        ClientEnd = "192.168.122.177:40000";

    public static readonly (string, int, string) InUse = ("EADDRINUSE", 98, "Address already in use");

    public static HostFacts Facts(string role) =>
        new()
        {
            Name = role,
            HostName = "test",
            Os = "Debian",
            Kernel = "6.18.0",
            Address = role == "server" ? "192.168.122.68" : "192.168.122.177",
            Interface = "eth0",
            ClockTicks = 100,
            BootId = "00000000-0000-4000-8000-000000000001",
            AgentVersion = "1",
            Sources = [.. SourceFact.All.Select(SourceFact.Has)],
            Sysctls = new Dictionary<string, string?>(),
            CanDestroySockets = true,
            NetworkNamespace = role == "server" ? 1UL : 2UL,
        };

    public static MatrixHost MatrixHost(string kernel = "6.18.0") =>
        new()
        {
            Kernel = kernel,
            Os = "Debian",
            Agent = "1",
            Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_tw_reuse"] = "2" },
        };

    /// <summary>The article's experiment, with one value.</summary>
    public static Scenario Rebind(params ScenarioStep[] more) =>
        new()
        {
            Id = "rebind",
            Title = LocalText.Of("Rebind"),
            Summary = LocalText.Of("Rebind"),
            Topic = "time-wait",
            Values =
            [
                new()
                {
                    Id = "reuse",
                    Kind = ValueKind.Switch,
                    Label = LocalText.Of("SO_REUSEADDR"),
                    Default = Scalar.Of(false),
                },
            ],
            Ports = [new() { Id = "main", Default = 11111 }],
            Programs =
            [
                new()
                {
                    Id = "sv",
                    Host = "server",
                    Command = "./sv {reuse}",
                },
                new()
                {
                    Id = "cl",
                    Host = "client",
                    Command = "./cl",
                },
                new()
                {
                    Id = "sv2",
                    Host = "server",
                    Command = "./sv",
                },
            ],
            Steps =
            [
                Step(
                    "start",
                    new() { Do = ActionKind.Start, Program = "sv" },
                    Call(ActionKind.Socket, "sv", "lfd"),
                    Call(ActionKind.SetSockOpt, "sv", "lfd") with
                    {
                        Option = "SO_REUSEADDR",
                        Value = Scalar.Of(true),
                        When = "reuse",
                    },
                    Call(ActionKind.Bind, "sv", "lfd") with
                    {
                        Address = "any",
                    },
                    Call(ActionKind.Listen, "sv", "lfd") with
                    {
                        Backlog = Scalar.Of(5),
                    }
                ),
                Step(
                    "connect",
                    new() { Do = ActionKind.Start, Program = "cl" },
                    Call(ActionKind.Socket, "cl", "cfd"),
                    Call(ActionKind.Connect, "cl", "cfd") with
                    {
                        Address = "server",
                    },
                    Call(ActionKind.Accept4, "sv", "lfd") with
                    {
                        Accepted = "afd",
                        Prints = "accept",
                    }
                ),
                Step(
                    "close",
                    Call(ActionKind.Close, "sv", "afd"),
                    new() { Do = ActionKind.Exit, Program = "sv" },
                    Call(ActionKind.Read, "cl", "cfd") with
                    {
                        Prints = "FIN",
                    },
                    new() { Do = ActionKind.Exit, Program = "cl" }
                ),
                Step(
                    "again",
                    new()
                    {
                        Do = ActionKind.Exit,
                        Program = "sv2",
                        When = "running(sv2)",
                    },
                    new() { Do = ActionKind.Start, Program = "sv2" },
                    Call(ActionKind.Socket, "sv2", "rfd"),
                    Call(ActionKind.Bind, "sv2", "rfd") with
                    {
                        Address = "any",
                        Decides = true,
                    },
                    Call(ActionKind.Listen, "sv2", "rfd") with
                    {
                        Backlog = Scalar.Of(5),
                        Decides = true,
                    }
                ) with
                {
                    Repeats = true,
                },
                .. more,
            ],
        };

    /// <summary>A lesson of one step on two programs, which listen and have connected before it.</summary>
    public static Scenario One(params ScenarioAction[] actions) => Rebind() with { Id = "one", Steps = [Step("do", actions)] };

    public static ScenarioStep Step(string id, params ScenarioAction[] actions) =>
        new()
        {
            Id = id,
            Title = LocalText.Of(id),
            Does = LocalText.Of(id),
            Actions = actions,
        };

    public static ScenarioAction Call(ActionKind call, string program, string socket) =>
        new()
        {
            Do = call,
            Program = program,
            Socket = socket,
        };

    public static TcpEndpoint End(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint end) ? end : throw new FormatException(text);

    public static SocketEvent Row(string local, string remote, TcpState? from, TcpState? to, long t = 0, ulong inode = 0) =>
        new()
        {
            Source = EvidenceSource.Proc,
            T = t,
            Local = End(local),
            Remote = End(remote),
            From = from,
            To = to,
            Inode = inode,
            Raw = to is null ? null : "raw",
        };

    public static SegmentEvent Segment(string from, string to, string flags, long t, bool sent) =>
        new()
        {
            Source = EvidenceSource.Capture,
            T = t,
            From = End(from),
            To = End(to),
            Flags = flags,
            Sent = sent ? t : null,
            Received = sent ? null : t,
        };
}
