using System.Text;
using System.Text.Json;
using CsCheck;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>Reports of agents with single octets changed: refused, or good enough for the log and the picture.</summary>
public sealed class AgentReportPropertyTests
{
    private static readonly TcpEndpoint Server = TcpEndpoint.V4(0xc0a8_7a44, 11_111),
        Client = TcpEndpoint.V4(0xc0a8_7ab1, 40_000);

    private static readonly RunHeader Header = new()
    {
        Id = "r",
        Lab = "local",
        Scenario = "s",
        Ports = new Dictionary<string, int> { ["main"] = 11111 },
        Hosts = [ScriptedAgent.Facts(TestHosts.Client), ScriptedAgent.Facts(TestHosts.Server)],
        Script = Labs.BenchScenarios.Rebind(),
    };

    private static readonly string Good = JsonSerializer.Serialize(
        new AgentReport(
            "i",
            [
                new(
                    1,
                    new CallEvent
                    {
                        T = 3,
                        Duration = 9,
                        Source = EvidenceSource.Call,
                        Socket = "cfd",
                        Call = "connect",
                        Args = new()
                        {
                            Fd = 3,
                            Address = Server,
                            Size = 16,
                        },
                        Program = "cl",
                        Remark = new("remark.no-reply"),
                        Local = Client,
                        Remote = Server,
                    }
                ),
                new(
                    2,
                    new SegmentEvent
                    {
                        T = 5,
                        Sent = 5,
                        Source = EvidenceSource.Capture,
                        From = Client,
                        To = Server,
                        Flags = "SYN",
                        SeqNo = 7,
                        Sack = [new(1, 2)],
                        Frame = new(113, 60, new byte[60]),
                    }
                ),
                new(
                    3,
                    new SegmentEvent
                    {
                        T = 6,
                        Received = 6,
                        Source = EvidenceSource.Capture,
                        From = Server,
                        To = Client,
                        Flags = "SYN,ACK",
                        SeqNo = 9,
                        Ack = 8,
                    }
                ),
                new(
                    4,
                    new SocketEvent
                    {
                        T = 7,
                        After = 4,
                        Source = EvidenceSource.Proc,
                        Local = Client,
                        Remote = Server,
                        To = TcpState.TimeWait,
                        Timer = new(TimerKind.TimeWait, 60_000_000_000),
                        Raw = "raw",
                    }
                ),
                new(
                    5,
                    new StateEvent
                    {
                        T = 8,
                        Source = EvidenceSource.Trace,
                        Socket = new(Client, Server),
                        From = TcpState.FinWait2,
                        To = TcpState.TimeWait,
                    }
                ),
                new(
                    6,
                    new GapEvent
                    {
                        Lost = 3,
                        Source = EvidenceSource.Capture,
                        Reason = new("gap.x"),
                    }
                ),
                new(7, new NoteEvent { Source = EvidenceSource.Agent, Message = new("note.wall-clock-step") }),
                new(
                    8,
                    new ProgramEvent
                    {
                        Source = EvidenceSource.Agent,
                        Program = "sv",
                        Change = ProgramChange.Forked,
                        Child = "child",
                        Sockets = ["lfd"],
                        Pid = 7,
                    }
                ),
                new(
                    9,
                    new EnvironmentEvent
                    {
                        Source = EvidenceSource.Agent,
                        What = "sysctl",
                        Name = "net.ipv4.tcp_fin_timeout",
                        Change = EnvironmentChange.Made,
                        Value = "3",
                        Before = "60",
                    }
                ),
                new(
                    10,
                    new StateEvent
                    {
                        T = 9,
                        Source = "another-one",
                        Socket = new(Server, Client),
                        From = null,
                        To = TcpState.CloseWait,
                    }
                ),
                new(11, null, 1, true, new("agent.x")),
            ]
        ),
        WireJson.Default.AgentReport
    );

    public static TheoryData<RunEvent> Beyond() =>
        new(
            (RunEvent[])
                [
                    new NoteEvent
                    {
                        T = long.MaxValue,
                        Source = EvidenceSource.Agent,
                        Message = new("x"),
                    },
                    new NoteEvent
                    {
                        T = long.MinValue,
                        Source = EvidenceSource.Agent,
                        Message = new("x"),
                    },
                    new SocketEvent
                    {
                        T = 7,
                        After = long.MinValue,
                        Source = EvidenceSource.Proc,
                        Local = Client,
                        Remote = Server,
                        To = TcpState.TimeWait,
                    },
                    new SocketEvent
                    {
                        T = 7,
                        Timer = new(TimerKind.TimeWait, long.MaxValue),
                        Source = EvidenceSource.Proc,
                        Local = Client,
                        Remote = Server,
                        To = TcpState.TimeWait,
                    },
                    new StateEvent
                    {
                        T = 7,
                        After = long.MaxValue,
                        Source = EvidenceSource.Diag,
                        Socket = new(Client, Server),
                        To = TcpState.TimeWait,
                    },
                    new SocketEvent
                    {
                        T = 7,
                        Raw = "0: \u001b[2J",
                        Source = EvidenceSource.Proc,
                        Local = Client,
                        Remote = Server,
                        To = TcpState.TimeWait,
                    },
                    new CallEvent
                    {
                        T = 7,
                        Source = EvidenceSource.Call,
                        Socket = "lfd",
                        Call = "bind",
                        Args = new(),
                        Errno = "EADDRINUSE",
                        ErrnoNumber = 98,
                        ErrnoText = "in\nuse",
                    },
                    new ProgramEvent
                    {
                        T = 7,
                        Source = EvidenceSource.Agent,
                        Program = "s\u202ev",
                        Change = ProgramChange.Exited,
                        Sockets = [],
                    },
                ]
        );

    [Theory]
    [MemberData(nameof(Beyond))]
    public void Times_whose_sums_would_wrap_and_texts_that_are_no_line_are_refused(RunEvent e) =>
        Assert.False(AgentEdge.Accepts(new AgentReport("i", [new(1, e)])));

    [Fact]
    public void A_changed_report_is_refused_or_can_be_drawn()
    {
        int taken = 0,
            refused = 0;
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char[' ', '~'])
            .Array[1, 3]
            .Sample(
                changes =>
                {
                    byte[] text = Encoding.UTF8.GetBytes(Good);
                    foreach ((int at, char octet) in changes)
                        text[at] = (byte)octet;
                    AgentReport? report;
                    try
                    {
                        report = JsonSerializer.Deserialize(text, WireJson.Default.AgentReport);
                    }
                    catch (Exception e) when (e is JsonException or NotSupportedException)
                    {
                        Interlocked.Increment(ref refused);
                        return;
                    }
                    if (report is null || !AgentEdge.Accepts(report))
                    {
                        Interlocked.Increment(ref refused);
                        return;
                    }
                    Interlocked.Increment(ref taken);
                    RunEvent[] log =
                    [
                        .. report
                            .Items.Select(i => i.Event)
                            .OfType<RunEvent>()
                            .Select((e, i) => e with { Seq = i + 1, Host = i % 2 == 0 ? TestHosts.Client : TestHosts.Server }),
                    ];
                    _ = Timeline.Fold(Header, log);
                },
                iter: 5_000
            );
        Assert.True(taken > 50 && refused > 500, $"{taken} taken, {refused} refused");
    }

    public static TheoryData<RunEvent> Bad =>
        [
            new CallEvent
            {
                Source = EvidenceSource.Call,
                Socket = "s",
                Call = "read",
                Args = new() { Octets = new byte[CallArguments.MaxOctets + 1] },
            },
            new CallEvent
            {
                Source = EvidenceSource.Call,
                Socket = "s",
                Call = "read",
                Args = new() { Family = (SocketFamily)9 },
            },
            new CallEvent
            {
                Source = EvidenceSource.Call,
                Socket = "s",
                Call = "read",
                Args = new(),
                Remark = new("Not a code!"),
            },
            new CallEvent
            {
                Source = EvidenceSource.Call,
                Socket = "s",
                Call = "read",
                Args = new(),
                Duration = -1,
            },
            new CallEvent
            {
                Source = EvidenceSource.Lab,
                Socket = "s",
                Call = "read",
                Args = new(),
            },
            new CallEvent
            {
                Source = "Not a source",
                Socket = "s",
                Call = "read",
                Args = new(),
            },
            new GapEvent
            {
                Source = EvidenceSource.Agent,
                Lost = 1L << 62,
                Reason = new("gap.x"),
            },
            new GapEvent
            {
                Source = EvidenceSource.Agent,
                Lost = -1,
                Reason = new("gap.x"),
            },
            new NoteEvent { Source = EvidenceSource.Inferred, Message = new("note.x") },
            new ProgramEvent
            {
                Source = EvidenceSource.Agent,
                Program = "sv",
                Sockets = [.. Enumerable.Repeat("s", 65)],
            },
            new EnvironmentEvent
            {
                Source = EvidenceSource.Agent,
                What = "sysctl",
                Name = "n",
                Value = new('1', 1025),
            },
            new StateEvent
            {
                Source = EvidenceSource.Trace,
                Socket = new(Server, Client),
                From = null,
                To = (TcpState)99,
            },
            new StepEvent { Source = EvidenceSource.Agent, Step = "s" },
            new ActionEvent { Source = EvidenceSource.Agent, Step = "s" },
            new EndEvent { Source = EvidenceSource.Agent },
            new ClockEvent { Source = EvidenceSource.Agent },
            new OutputEvent
            {
                Source = EvidenceSource.Agent,
                Program = "sv",
                Text = "t",
            },
        ];

    [Theory, MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void What_no_agent_says_is_refused(RunEvent e) => Assert.False(AgentEdge.Accepts(new("i", [new(1, e)])));
}
