using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Tests;

/// <summary>Writes the log of a run as the lab would: with the arguments, durations, timers and lines that Linux 6.18 gave on two namespaces.</summary>
internal sealed class RunScript
{
    public const string ServerAddress = "192.168.122.68",
        ClientAddress = "192.168.122.177";

    public static readonly TcpEndpoint Any = Of("0.0.0.0:11111"),
        Nobody = Of("0.0.0.0:0"),
        ServerEnd = Of("192.168.122.68:11111"),
        ClientEnd = Of("192.168.122.177:34552");

    private readonly List<RunEvent> _events = [];
    private readonly Dictionary<(string, TcpEndpoint, TcpEndpoint), (TcpState State, long T)> _rows = [];

    /// <summary>SO_REUSEADDR on the listener and on the socket that is bound after it.</summary>
    public bool ListenerReuseAddr { get; init; }

    public bool RebindReuseAddr { get; init; }

    public bool Shared { get; init; }

    /// <summary>Milliseconds on the run's axis.</summary>
    public double Now { get; set; } = 100;

    /// <summary>Between two calls, ms.</summary>
    public double Pause { get; init; } = 300;

    public IReadOnlyList<RunEvent> Events => _events;

    public RunHeader Header =>
        new()
        {
            Id = "20261123-004023-f86ad0",
            Lab = "local",
            Scenario = Script.Id,
            Values = new Dictionary<string, Scalar> { ["listenerReuseAddr"] = Scalar.Of(ListenerReuseAddr), ["rebindReuseAddr"] = Scalar.Of(RebindReuseAddr) },
            Ports = new Dictionary<string, int> { ["main"] = 11111 },
            Mode = Shared ? HostsMode.Loopback : HostsMode.Namespaces,
            StartedAt = DateTimeOffset.UnixEpoch,
            Hosts = [Host("client", Shared ? "127.0.0.2" : ClientAddress), Host("server", Shared ? "127.0.0.1" : ServerAddress)],
            Script = Script,
        };

    public static Scenario Script { get; } =
        new()
        {
            Id = "without-reuseaddr",
            Title = LocalText.Of("Without SO_REUSEADDR"),
            Summary = LocalText.Of("The server closes first."),
            Topic = "time-wait",
            Values = [Switch("listenerReuseAddr"), Switch("rebindReuseAddr")],
            Ports = [new() { Id = "main", Default = 11111 }],
            Programs =
            [
                new()
                {
                    Id = "sv",
                    Host = "server",
                    Command = "./sv {listenerReuseAddr}",
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
                    Command = "./sv {rebindReuseAddr}",
                },
            ],
            Steps =
            [
                Step("start-listener", "Start listener", ["sv lfd socket", "sv lfd bind", "sv lfd listen"]),
                Step("connect", "Connect", ["cl cfd socket", "cl cfd connect", "sv lfd accept4"]),
                Step("close", "Close", ["sv afd close", "sv lfd close", "cl cfd read", "cl cfd close"]),
                Step("rebind", "Rebind", ["sv2 rfd close", "sv2 rfd socket", "sv2 rfd setsockopt", "sv2 rfd bind", "sv2 rfd listen"]) with
                {
                    Repeats = true,
                    AgainTitle = LocalText.Of("Bind again"),
                },
            ],
        };

    public static TcpEndpoint Of(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(text);

    public static HostFacts Host(string name, string address) =>
        new()
        {
            Name = name,
            HostName = "vm",
            Os = "Debian GNU/Linux 12 (bookworm)",
            Kernel = "6.18.44",
            Address = address,
            Interface = "veth0",
            ClockTicks = 100,
            BootId = "b",
            NetworkNamespace = address.StartsWith("127.", StringComparison.Ordinal) ? 4026531840UL : 4026532000UL + (ulong)name.Length + name[0],
            AgentVersion = "0.1.0",
            Sources = [SourceFact.Has(SourceFact.Proc), SourceFact.Has(SourceFact.Diag)],
            Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_fin_timeout"] = "60", ["net.ipv4.tcp_tw_reuse"] = "2" },
        };

    public RunScript Step(string step, StepStatus status, int attempt = 1, Message? reason = null) =>
        Add(
            new StepEvent
            {
                Step = step,
                Attempt = attempt,
                Status = status,
                Reason = reason,
            },
            5
        );

    public RunScript Call(
        string host,
        string socket,
        string call,
        CallArguments? args = null,
        long result = 0,
        double us = 20,
        string? errno = null,
        string? step = null,
        int attempt = 1,
        TcpEndpoint? local = null,
        TcpEndpoint? remote = null,
        string? accepted = null,
        int? index = null
    )
    {
        Add(
            new CallEvent
            {
                Host = host,
                Source = EvidenceSource.Call,
                Program = socket switch
                {
                    "lfd" or "afd" => "sv",
                    "rfd" => "sv2",
                    "cfd" => "cl",
                    _ => null,
                },
                Socket = socket,
                Call = call,
                Args = args ?? new(),
                Result = errno is null ? result : -1,
                Duration = (long)(us * 1000),
                Step = step,
                Attempt = attempt,
                Index = index,
                Local = local,
                Remote = remote,
                Accepted = accepted,
                Errno = errno,
                ErrnoNumber = errno is null ? null : 98,
                ErrnoText = errno switch
                {
                    null => null,
                    "EADDRINUSE" => "Address already in use",
                    "ECONNREFUSED" => "Connection refused",
                    _ => "Connection timed out",
                },
            },
            us / 1000
        );
        return this;
    }

    /// <summary>A call of a program outside any step.</summary>
    public RunScript Own(string host, string socket, string call, CallArguments args, TcpEndpoint? local = null) =>
        Call(host, socket, call, args, local: local);

    /// <summary>A reading: a row that is new, changed, or (to null) gone.</summary>
    public RunScript Row(string host, TcpEndpoint local, TcpEndpoint remote, TcpState? to, double afterMs = 0.6, double? timer = null)
    {
        Now += afterMs;
        bool known = _rows.TryGetValue((host, local, remote), out (TcpState State, long T) before);
        Add(
            new SocketEvent
            {
                Host = host,
                Source = EvidenceSource.Proc,
                Local = local,
                Remote = remote,
                From = known ? before.State : null,
                To = to,
                After = Ns(Now - 15),
                Timer = timer is { } s ? new SocketTimer(TimerKind.TimeWait, (long)(s * 1e9)) : null,
                Backlog = to == TcpState.Listen ? 5 : null,
                Raw = to is null ? null : Line(to.Value),
            },
            0
        );
        if (to is { } state)
            _rows[(host, local, remote)] = (state, Ns(Now));
        else
            _rows.Remove((host, local, remote));
        return this;
    }

    /// <summary>Waits and binds again, a second apart; the last attempt succeeds when <paramref name="ends"/>.</summary>
    public RunScript BindAgain(int first, int attempts, bool ends)
    {
        Add(new NoteEvent { Host = "server", Message = new(NoteCodes.Repeating) }, 0);
        for (int i = 0; i < attempts; i++)
            Rebind(first + i, ends && i == attempts - 1 ? null : "EADDRINUSE").Wait(900);
        return ends ? Add(new NoteEvent { Host = "server", Message = new(NoteCodes.RepeatingEnded) }, 0) : this;
    }

    public RunScript Output(string host, string program, string text, bool error = false) =>
        Add(
            new OutputEvent
            {
                Host = host,
                Source = EvidenceSource.Call,
                Program = program,
                Text = text,
                Error = error,
            },
            0
        );

    public RunScript Add(RunEvent e, double takesMs)
    {
        _events.Add(e with { Seq = _events.Count + 1, T = Ns(Now) });
        Now += takesMs;
        return this;
    }

    public RunScript Wait(double ms)
    {
        Now += ms;
        return this;
    }

    public RunScript StartListener()
    {
        Step("start-listener", StepStatus.Started);
        Call("server", "lfd", "socket", Socket, 118, 190, step: "start-listener", index: 0).Wait(Pause);
        if (ListenerReuseAddr)
            ReuseAddr("lfd", "start-listener");
        Call("server", "lfd", "bind", Bind(Any), us: 10, step: "start-listener", local: Any, index: 1).Wait(Pause);
        Call("server", "lfd", "listen", Listen, us: 9, step: "start-listener", index: 2).Row("server", Any, Nobody, TcpState.Listen);
        return Step("start-listener", StepStatus.Done).Wait(1900);
    }

    public RunScript Connect()
    {
        Step("connect", StepStatus.Started);
        Call("client", "cfd", "socket", Socket, 118, 184, step: "connect", index: 0).Wait(Pause);
        Call("client", "cfd", "connect", Bind(ServerEnd), us: 103, step: "connect", local: ClientEnd, remote: ServerEnd, index: 1);
        Row("client", ClientEnd, ServerEnd, TcpState.Established).Row("server", ServerEnd, ClientEnd, TcpState.Established, 16).Wait(Pause);
        Call(
            "server",
            "lfd",
            "accept4",
            new()
            {
                Fd = 118,
                Address = ClientEnd,
                Size = 16,
            },
            120,
            15,
            step: "connect",
            local: ServerEnd,
            remote: ClientEnd,
            accepted: "afd",
            index: 2
        );
        return Output("server", "sv", "accept").Step("connect", StepStatus.Done).Wait(2700);
    }

    public RunScript Close(bool timeWait = true)
    {
        Step("close", StepStatus.Started);
        Call("server", "afd", "close", Fd(120), us: 44, step: "close", index: 0)
            .Row("server", ServerEnd, ClientEnd, TcpState.FinWait1, 0.7)
            .Row("client", ClientEnd, ServerEnd, TcpState.CloseWait, 4.4)
            .Row("server", ServerEnd, ClientEnd, TcpState.FinWait2, 14, 59.98)
            .Wait(Pause);
        Call("server", "lfd", "close", Fd(118), us: 27, step: "close", index: 1).Row("server", Any, Nobody, null, 0.1).Wait(Pause);
        Call(
                "client",
                "cfd",
                "read",
                new()
                {
                    Fd = 118,
                    Octets = [],
                    Length = 4096,
                },
                us: 6,
                step: "close",
                index: 2
            )
            .Output("client", "cl", "we received FIN from server.")
            .Wait(Pause);
        Call("client", "cfd", "close", Fd(118), us: 67, step: "close", index: 3).Row("client", ClientEnd, ServerEnd, null);
        Row("server", ServerEnd, ClientEnd, timeWait ? TcpState.TimeWait : null, 0.9, timeWait ? 60 : null);
        return Step("close", StepStatus.Done).Wait(2300);
    }

    public RunScript Rebind(int attempt = 1, string? errno = null)
    {
        Step("rebind", StepStatus.Started, attempt);
        Call("server", "rfd", "socket", Socket, 118, 23, step: "rebind", attempt: attempt, index: 1).Wait(Pause);
        if (RebindReuseAddr)
            ReuseAddr("rfd", "rebind", attempt);
        Call("server", "rfd", "bind", Bind(Any), us: 10, errno: errno, step: "rebind", attempt: attempt, local: errno is null ? Any : null, index: 3);
        if (errno is null)
            Wait(Pause).Call("server", "rfd", "listen", Listen, us: 9, step: "rebind", attempt: attempt, index: 4).Row("server", Any, Nobody, TcpState.Listen);
        else
            Output("server", "sv2", "bind: Address already in use", true).Call("server", "rfd", "close", Fd(118), us: 13, step: "rebind", attempt: attempt);
        return Step("rebind", StepStatus.Done, attempt);
    }

    /// <summary>The four steps with the result that Linux gives for the options.</summary>
    public RunScript Whole() =>
        StartListener()
            .Connect()
            .Close()
            .Rebind(errno: ListenerReuseAddr && RebindReuseAddr ? null : "EADDRINUSE")
            .Add(new EndEvent { Outcome = Outcome.Completed }, 0);

    private static long Ns(double ms) => (long)(ms * 1e6);

    /// <summary>bind's or connect's arguments.</summary>
    public static CallArguments Bind(TcpEndpoint address) =>
        new()
        {
            Fd = 118,
            Address = address,
            Size = address.IsV6 ? 28 : 16,
        };

    public static CallArguments Fd(int fd) => new() { Fd = fd };

    public static CallArguments Set(SocketOption option, int value) =>
        new()
        {
            Fd = 118,
            Option = option,
            Value = OptionValue.Of(value),
            Size = 4,
        };

    public static CallArguments Socket { get; } = new() { Family = SocketFamily.Inet };

    public static CallArguments Listen { get; } = new() { Fd = 118, Backlog = 5 };

    private static string Line(TcpState state) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"   0: 447AA8C0:2B67 B17AA8C0:86F8 {(int)state:X2} 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000"
        );

    private void ReuseAddr(string socket, string step, int attempt = 1) =>
        Call("server", socket, "setsockopt", Set(SocketOption.ReuseAddr, 1), us: 5, step: step, attempt: attempt)
            .Call("server", socket, "getsockopt", Set(SocketOption.ReuseAddr, 1), us: 3, step: step, attempt: attempt)
            .Wait(Pause);

    private static ScenarioValue Switch(string id) =>
        new()
        {
            Id = id,
            Kind = ValueKind.Switch,
            Label = LocalText.Of(id),
            Default = Scalar.Of(false),
        };

    private static ScenarioStep Step(string id, string title, string[] calls) =>
        new()
        {
            Id = id,
            Title = LocalText.Of(title),
            Does = LocalText.Of(title + " does this."),
            Shows = LocalText.Of(title + " showed that."),
            Actions =
            [
                .. calls
                    .Select(c => c.Split(' '))
                    .Select(c => new ScenarioAction
                    {
                        Do = Enum.Parse<ActionKind>(c[2], ignoreCase: true),
                        Program = c[0],
                        Socket = c[1],
                        Address = c[2] switch
                        {
                            "bind" => AddressNames.Any,
                            "connect" => "server",
                            _ => null,
                        },
                        Option = c[2] == "setsockopt" ? "SO_REUSEADDR" : null,
                        Value = c[2] == "setsockopt" ? Scalar.Of(1) : null,
                        Backlog = c[2] == "listen" ? Scalar.Of(5) : null,
                        Accepted = c[2] == "accept4" ? "afd" : null,
                        Decides = id == "rebind" && c[2] is "bind" or "listen",
                        When = (id, c[2]) switch
                        {
                            ("rebind", "close") => (Condition?)"open(rfd)",
                            ("rebind", "setsockopt") => (Condition?)"rebindReuseAddr",
                            _ => null,
                        },
                    }),
            ],
        };
}
