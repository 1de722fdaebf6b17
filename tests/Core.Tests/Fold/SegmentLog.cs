using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>Writes the log of a run with captured segments. Times are microseconds on the run's axis.</summary>
internal sealed class SegmentLog
{
    public const uint ClientIsn = 4182547216,
        ServerIsn = 2364434759;

    public static readonly TcpEndpoint Client = TcpEndpoint.V4(0xc0a8_7ab1, 51552),
        Server = TcpEndpoint.V4(0xc0a8_7a44, 11111);

    private readonly List<RunEvent> _events = [];
    private readonly RunHeader _header;

    /// <param name="captures">The hosts that capture.</param>
    /// <param name="sameClock">Whether the hosts have one boot id.</param>
    /// <param name="shared">Whether they share a network namespace.</param>
    public SegmentLog(string[]? captures = null, bool sameClock = true, bool shared = false)
    {
        captures ??= ["client", "server"];
        HostFacts Host(string name, string address, string boot, ulong ns) =>
            new()
            {
                Name = name,
                HostName = name,
                Os = "Linux",
                Kernel = "6.18",
                Address = address,
                Interface = "eth0",
                ClockTicks = 100,
                BootId = boot,
                NetworkNamespace = ns,
                AgentVersion = "1",
                Sources = [SourceFact.Has(SourceFact.Proc), new(SourceFact.Capture, captures.Contains(name))],
                Sysctls = new Dictionary<string, string?>(),
            };
        _header = new RunHeader
        {
            Id = "r",
            Lab = "local",
            Scenario = "s",
            Ports = new Dictionary<string, int> { ["main"] = 11111 },
            Hosts = [Host("client", "192.168.122.177", "a", 1), Host("server", "192.168.122.68", sameClock ? "a" : "b", shared ? 1u : 2u)],
            Script = new Scenario
            {
                Id = "s",
                Title = LocalText.Of("s"),
                Summary = LocalText.Of("s"),
                Topic = "own",
                Ports = [new() { Id = "main", Default = 11111 }],
                Programs = [],
                Steps = [],
            },
        };
    }

    /// <summary>The log so far.</summary>
    public IReadOnlyList<RunEvent> Events => _events;

    public RunHeader Header => _header;

    public Timeline Fold() => Timeline.Fold(_header, _events);

    public IReadOnlyList<Arrow> Arrows() => Fold().Arrows;

    public void Add(RunEvent e) => _events.Add(e with { Seq = _events.Count + 1 });

    /// <summary>A segment from the client (true) or the server, as the hosts saw it: null for an end that did not.</summary>
    public void Segment(
        bool fromClient,
        string flags,
        uint seq,
        uint ack,
        long? sent,
        long? received,
        int len = 0,
        bool again = false,
        TcpEndpoint? client = null
    )
    {
        (TcpEndpoint from, TcpEndpoint to) = fromClient ? (client ?? Client, Server) : (Server, client ?? Client);
        (string sender, string receiver) = fromClient ? ("client", "server") : ("server", "client");
        var e = new SegmentEvent
        {
            From = from,
            To = to,
            Flags = flags,
            SeqNo = seq,
            Ack = ack,
            Len = len,
            Win = 64,
            Source = EvidenceSource.Capture,
            Retransmission = again,
        };
        if (sent is { } s)
            Add(e with { Host = sender, T = s * 1000, Sent = s * 1000 });
        if (received is { } r)
            Add(e with { Host = receiver, T = r * 1000, Received = r * 1000 });
    }

    /// <summary>SYN at <paramref name="at"/>, SYN,ACK and ACK, each 20 microseconds under way; either end may be blind.</summary>
    public void Handshake(long at, bool atClient = true, bool atServer = true)
    {
        Segment(true, "SYN", ClientIsn, 0, atClient ? at : null, atServer ? at + 20 : null);
        Segment(false, "SYN,ACK", ServerIsn, ClientIsn + 1, atServer ? at + 25 : null, atClient ? at + 45 : null);
        Segment(true, "ACK", ClientIsn + 1, ServerIsn + 1, atClient ? at + 50 : null, atServer ? at + 70 : null);
    }

    public void Connect(long at, long duration = 100, string? errno = null, bool hasEnd = true) =>
        Add(
            new CallEvent
            {
                Host = "client",
                Source = EvidenceSource.Call,
                T = at * 1000,
                Duration = duration * 1000,
                Socket = "cfd",
                Call = "connect",
                Args = new() { Fd = 3 },
                Result = errno is null ? 0 : -1,
                Errno = errno,
                Local = hasEnd ? Client : null,
                Remote = hasEnd ? Server : null,
            }
        );

    public void Close(string host, string socket, long at, long duration = 10) =>
        Add(
            new CallEvent
            {
                Host = host,
                Source = EvidenceSource.Call,
                T = at * 1000,
                Duration = duration * 1000,
                Socket = socket,
                Call = "close",
                Args = new() { Fd = 3 },
            }
        );

    public void Accept(long at) =>
        Add(
            new CallEvent
            {
                Host = "server",
                Source = EvidenceSource.Call,
                T = at * 1000,
                Duration = 10_000,
                Socket = "lfd",
                Accepted = "afd",
                Call = "accept4",
                Args = new() { Fd = 3 },
                Result = 4,
                Local = Server,
                Remote = Client,
            }
        );

    /// <summary>A row of a host's table, or none any more; it was so at a moment in (<paramref name="after"/>, <paramref name="at"/>].</summary>
    public void Row(string host, long? after, long at, TcpState? from, TcpState? to, double? timer = null) =>
        Add(
            new SocketEvent
            {
                Host = host,
                Source = EvidenceSource.Proc,
                T = at * 1000,
                After = after * 1000,
                Local = host == "client" ? Client : Server,
                Remote = host == "client" ? Server : Client,
                From = from,
                To = to,
                Raw = "",
                Timer = timer is { } s ? new SocketTimer(TimerKind.TimeWait, (long)(s * 1e9)) : null,
            }
        );

    /// <summary>Something that a host told at that time.</summary>
    public void HostTold(string host, long at) =>
        Add(
            new NoteEvent
            {
                Host = host,
                Source = EvidenceSource.Agent,
                T = at * 1000,
                Message = new("test"),
            }
        );
}
