using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Tests.Fuzz;

/// <summary>What an agent says to the hub: good messages of every kind, to be sent as they are or changed.</summary>
/// <param name="role">The seat that it takes.</param>
/// <param name="random">Chooses what is told.</param>
internal sealed class AgentMessages(string role, Mutations random)
{
    private static readonly TcpEndpoint Server = TcpEndpoint.Of(IPAddress.Parse("192.168.122.68"), 22222),
        Client = TcpEndpoint.Of(IPAddress.Parse("192.168.122.177"), 40_000),
        Listener = TcpEndpoint.Of(IPAddress.Any, 22222);

    // What arithmetic with times meets at worst: the least and the most there is, years away, and now.
    private static readonly long[] Moments =
    [
        long.MinValue + 1,
        long.MaxValue,
        long.MaxValue - 1,
        long.MaxValue / 2,
        long.MinValue / 2,
        -1,
        0,
        1,
        86_400_000_000_000,
    ];

    private readonly string _instance = $"impostor{random.Next(int.MaxValue)}";
    private long _number,
        _invocation;

    private static long Now => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    /// <summary>Its first message.</summary>
    public JsonNode Hello() =>
        Call(
            nameof(IAgentHub.Hello),
            JsonSerializer.SerializeToNode(
                new AgentHello(
                    AgentHello.CurrentProtocol,
                    _instance,
                    new HostFacts
                    {
                        Name = role,
                        HostName = "impostor",
                        Os = "Linux",
                        Kernel = "6.1.0",
                        Address = role == "server" ? "192.168.122.68" : "192.168.122.177",
                        Interface = "eth0",
                        ClockTicks = 100,
                        KernelHz = 250,
                        BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
                        AgentVersion = "0.1.0",
                        Sources = [.. SourceFact.All.Select(SourceFact.Has)],
                        CanDestroySockets = true,
                        Abilities = [HostAbilities.OwnNamespace, HostAbilities.Filter, HostAbilities.Delay, HostAbilities.Users, HostAbilities.Fork],
                        Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_max_tw_buckets"] = "65536" },
                    }
                ),
                WireJson.Default.AgentHello
            )!
        );

    /// <summary>A report that the lab takes, with some items.</summary>
    public JsonNode Report() =>
        Call(
            nameof(IAgentHub.Report),
            JsonSerializer.SerializeToNode(
                new AgentReport(_instance, [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Item())]),
                WireJson.Default.AgentReport
            )!
        );

    private JsonObject Call(string target, JsonNode argument) =>
        new()
        {
            ["type"] = 1,
            ["invocationId"] = $"{++_invocation}",
            ["target"] = target,
            ["arguments"] = new JsonArray(argument),
        };

    private AgentItem Item()
    {
        // Ends of orders, of those that the lab gave among them; a connection's begin with 1.
        long? order = random.Once(2) ? 1 + random.Next(20) : null;
        return random.Next(6) switch
        {
            0 => new(++_number, null, order ?? 1, true),
            1 => new(++_number, null, order ?? 1, true, new("order.refused")),
            2 => new(
                ++_number,
                null,
                order ?? 1,
                true,
                Check: new HostCheck
                {
                    Port = 22222,
                    Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_tw_reuse"] = "2" },
                    Capabilities = ["CAP_NET_ADMIN"],
                    TrialBind = random.Once(2) ? "none" : "EADDRINUSE",
                    TimeWaitOverflow = long.MaxValue,
                    ListenOverflows = long.MinValue,
                    MoreHolders = int.MaxValue,
                    Reach = new(Server, ReachResult.Open, null, random.Pick(Moments) & long.MaxValue),
                    Holders =
                    [
                        new()
                        {
                            State = TcpState.TimeWait,
                            Local = Server,
                            Remote = Client,
                            Timer = Timer(),
                            Backlog = uint.MaxValue,
                            Waiting = uint.MaxValue,
                        },
                    ],
                }
            ),
            _ => new(++_number, Event(), order, order is not null && random.Once(2)),
        };
    }

    private RunEvent Event()
    {
        long t = random.Once(2) ? Now : random.Pick(Moments),
            far = random.Pick(Moments);
        long? after =
            random.Once(3) ? null
            : random.Once(2) ? t - 1_000_000
            : far;
        return random.Next(8) switch
        {
            0 => new CallEvent
            {
                T = t,
                Duration = far & long.MaxValue % 86_400_000_000_000,
                Source = EvidenceSource.Call,
                Socket = random.Pick(["lfd", "cfd", "afd", "rfd", "other"]),
                Call = random.Pick(["socket", "bind", "listen", "accept4", "connect", "read", "close", "none"]),
                Args = new()
                {
                    Fd = 3,
                    Address = Listener,
                    Backlog = random.Once(2) ? int.MinValue : 5,
                    Length = int.MaxValue,
                    Option = SocketOption.ReuseAddr,
                    Value = OptionValue.Of(int.MinValue),
                },
                Result = random.Once(2) ? long.MinValue : 0,
                Accepted = random.Once(2) ? "afd" : null,
                Program = random.Once(2) ? "sv" : "none",
                Inode = random.Once(2) ? ulong.MaxValue : 7,
                Local = Server,
                Remote = Client,
                Remark = random.Once(2) ? new("remark.no-reply") : null,
            },
            1 => new SegmentEvent
            {
                T = t,
                Sent = random.Once(2) ? t : null,
                Received = t,
                Source = EvidenceSource.Capture,
                From = random.Once(2) ? Server : Client,
                To = random.Once(2) ? Client : Server,
                Flags = random.Pick(["SYN", "SYN,ACK", "FIN,ACK", "RST", "ACK"]),
                SeqNo = random.Once(2) ? uint.MaxValue : 7,
                Ack = random.Once(2) ? uint.MaxValue : 8,
                Len = random.Pick([0, 1, SegmentEvent.MaxLength]),
                Win = ushort.MaxValue,
                Mss = 0,
                Wscale = byte.MaxValue,
                TsVal = uint.MaxValue,
                TsEcr = 0,
                Sack = random.Once(2) ? [new(uint.MaxValue, 0)] : null,
                Retransmission = random.Once(2),
            },
            2 => new SocketEvent
            {
                T = t,
                After = after,
                Source = EvidenceSource.Proc,
                Local = random.Once(2) ? Listener : Server,
                Remote = Client,
                From = Maybe(),
                To = State(),
                Timer = random.Once(2) ? Timer() : null,
                RecvQ = uint.MaxValue,
                SendQ = uint.MaxValue,
                Retransmits = uint.MaxValue,
                Uid = uint.MaxValue,
                Inode = random.Once(2) ? ulong.MaxValue : 0,
                Backlog = int.MinValue,
                Raw = "raw",
            },
            3 => new StateEvent
            {
                T = t,
                After = after,
                Source = random.Once(2) ? EvidenceSource.Trace : EvidenceSource.Diag,
                Socket = new(random.Once(2) ? Listener : Server, Client),
                From = Maybe(),
                To = State(),
                Timer = random.Once(2) ? Timer() : null,
                Inode = ulong.MaxValue,
            },
            4 => new ProgramEvent
            {
                T = t,
                Source = EvidenceSource.Agent,
                Program = random.Once(2) ? "sv" : "none",
                Instance = random.Pick([int.MinValue, 0, 1, int.MaxValue]),
                Change = random.Pick(Enum.GetValues<ProgramChange>()),
                Child = random.Once(2) ? "child" : null,
                Sockets = ["lfd", "lfd", "none"],
                Pid = int.MinValue,
            },
            5 => new EnvironmentEvent
            {
                T = t,
                Source = EvidenceSource.Agent,
                What = random.Pick(["sysctl", "drop", "delay", "none"]),
                Name = "net.ipv4.tcp_fin_timeout",
                Change = random.Pick(Enum.GetValues<EnvironmentChange>()),
                Value = "3",
                Before = "60",
                Met = random.Once(2) ? 1L << 40 : null,
            },
            6 => new GapEvent
            {
                T = t,
                Source = random.Pick([EvidenceSource.Agent, EvidenceSource.Trace, EvidenceSource.Capture, "another-one"]),
                Lost = random.Once(2) ? 1L << 40 : 0,
                Reason = new("gap.x"),
            },
            _ => new NoteEvent
            {
                T = t,
                Source = EvidenceSource.Agent,
                Message = new(random.Once(2) ? NoteCodes.AgentLost : "note.x"),
                Level = random.Pick(Enum.GetValues<NoteLevel>()),
            },
        };
    }

    private TcpState State() => random.Pick(Enum.GetValues<TcpState>());

    private TcpState? Maybe() => random.Once(2) ? State() : null;

    private SocketTimer Timer() => new(random.Pick(Enum.GetValues<TimerKind>()), random.Once(2) ? random.Pick(Moments) : 60_000_000_000);
}
