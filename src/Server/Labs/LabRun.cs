using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Labs.Activities;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The action that an order carries out; the lab writes it into the agent's events.</summary>
internal sealed record OrderContext(string? Step, int Attempt, int? Index, string? Program)
{
    /// <summary>The event of the call itself, once it came.</summary>
    public CallEvent? Made { get; set; }

    /// <summary>A call that was left waiting: told when it has returned.</summary>
    public Action<CallEvent>? Returned { get; init; }

    /// <summary>The socket of a call that was left waiting.</summary>
    public string? Waits { get; init; }
}

/// <summary>A run that is open in the lab: its log, what follows from it, and what is being done.</summary>
/// <param name="header">What was settled at its start.</param>
/// <param name="zero">The lab's clock at t = 0, in nanoseconds.</param>
internal sealed class LabRun(RunHeader header, long zero)
{
    private readonly ProgressFold _fold = new(header);
    private readonly BindChecksFold _checks = new(header);

    /// <summary>What was settled at its start, and the steps that were added since.</summary>
    public RunHeader Header => _fold.Header;

    /// <summary>What was settled at its start alone: the log has the steps that were added.</summary>
    public RunHeader Settled { get; } = header;

    public string Id { get; } = header.Id;

    public long Zero { get; } = zero;

    public RunLog Log { get; private init; } = new();

    public RunSockets Sockets { get; } = new();

    /// <summary>The code of what the lab says of others' connections that it did not keep.</summary>
    public const string ForeignGap = "gap.foreign";

    /// <summary>What a lesson makes by itself, and what a person can look at; in one run never more, however long it is open.</summary>
    public static readonly ForeignSample ForeignSample = new(Burst: 24, PerSecond: 4, OfOne: 100, Most: 4096, Forgets: false);

    /// <summary>Connections on its ports that are none of its own.</summary>
    public ForeignFlows Foreign => field ??= new(ForeignSample, pair => Sockets.IsOwn(pair.Local, pair.Remote));

    public Dictionary<string, RunClock> Clocks { get; } = [];

    /// <summary>What the orders are for that are out, and those whose call still waits.</summary>
    public Dictionary<long, OrderContext> Orders { get; } = [];

    public ScenarioProgress Progress => _fold.Progress;

    /// <summary>What the bind rule says of each bind and listen, once every host was looked at.</summary>
    public IReadOnlyList<RuleCheck> RuleChecks => _checks.Made(looked: true);

    /// <summary>What the bind rule says of the next bind or listen; null where the next step makes none.</summary>
    public BindPreview? NextBind => _checks.Next(Progress);

    /// <summary>How many predictions its log has.</summary>
    public int Predictions { get; set; }

    /// <summary>Milliseconds between two actions now.</summary>
    public int PauseMs { get; set; } = header.PauseMs;

    /// <summary>Where the run's axis stopped: set once it no longer takes events (interrupted, reset). Null while it does.</summary>
    public long? Over { get; set; }

    /// <summary>True once every host has told all that it saw before: what is told now happened in the run.</summary>
    public bool Watched { get; set; }

    /// <summary>True from the moment somebody resets it: nothing more is asked of it.</summary>
    public bool Closing { get; set; }

    /// <summary>What the lab does by itself in this run; null for nothing.</summary>
    public Activity? Doing { get; set; }

    /// <summary>What is done beside <see cref="Doing"/>: TIME-WAIT destroyed while it is waited for.</summary>
    public Activity? Beside { get; set; }

    /// <summary>Told once <see cref="Doing"/> has ended.</summary>
    public List<Action> WhenIdle { get; } = [];

    /// <summary>True when events came since the activities were told.</summary>
    public bool Moved { get; set; }

    /// <summary>In which attempt the programs are started that the log tells of next.</summary>
    public MadeIn Starting { get; set; }

    /// <summary>The ports on which something of it can happen.</summary>
    public IEnumerable<int> Ports => Header.Ports.Values;

    /// <summary>True where the scenario has something to do on a host.</summary>
    public bool Uses(string host) => RunPlan.RolesOf(Header.Script).Contains(host);

    /// <summary>Rows of the socket tables that the run has, as last told.</summary>
    public IEnumerable<SocketEvent> Rows => Progress.Facts.Rows;

    /// <summary>Calls that were left waiting and have returned since, by their sockets.</summary>
    public Dictionary<string, CallEvent> Returned { get; } = [];

    /// <summary>Takes one of <see cref="Returned"/>: that of a socket, or any.</summary>
    public CallEvent? TakeReturned(string? socket) =>
        (socket ?? Returned.Keys.FirstOrDefault()) is { } name && Returned.Remove(name, out CallEvent? call) ? call : null;

    /// <summary>Takes over a run that an earlier server left.</summary>
    public static LabRun Restore(RunFile left)
    {
        var run = new LabRun(RunFiles.HeaderOf(left), 0) { Log = RunLog.Restore(left.Events) };
        foreach (RunEvent e in left.Events)
            run.Follow(e);
        return run;
    }

    /// <summary>Appends an event whose T is on the run's axis.</summary>
    /// <returns>The event as it stands in the log; the one that was given where it was dropped.</returns>
    public RunEvent Append(RunEvent e)
    {
        RunEvent last = e;
        foreach (RunEvent appended in Log.Append(e))
        {
            Follow(appended);
            last = appended;
        }
        return last.GetType() == e.GetType() ? last : e;
    }

    /// <summary>Tells of other connections that were counted and not kept since it was told last.</summary>
    public void TellForeign(long t)
    {
        foreach ((string host, string source, int flows, long events) in Foreign.TakeCounts())
        {
            Append(
                new GapEvent
                {
                    T = t,
                    Host = host.Length > 0 ? host : null,
                    Source = source,
                    Lost = events,
                    Reason = Message.Of(ForeignGap, ("flows", flows), ("host", host), ("kept", ForeignSample.Burst)),
                }
            );
        }
    }

    /// <summary>Tells of what was dropped, at the end of the run.</summary>
    public void TellRest(long t)
    {
        TellForeign(t);
        foreach (RunEvent appended in Log.TellRest(t))
            Follow(appended);
    }

    /// <summary>The time on the run's axis.</summary>
    public long T(long now) => Over ?? now - Zero;

    /// <summary>True for a socket whose rows, states or segments are the run's: one of its ports, or one of its own sockets.</summary>
    public bool Has(string host, TcpEndpoint local, TcpEndpoint remote, ulong inode = 0) =>
        Header.HasPort(local.Port) || Header.HasPort(remote.Port) || Sockets.IsOwn(host, inode) || Sockets.IsOwn(local, remote);

    /// <summary>Sockets in a state on a host, by the socket tables and by the sources that tell states; with a port, those alone that have it.</summary>
    public bool HasNow(string host, TcpState state, int? port)
    {
        bool On(TcpEndpoint local, TcpEndpoint remote) => port is not { } p || local.Port == p || remote.Port == p;
        return Rows.Any(r => r.Host == host && r.To == state && On(r.Local, r.Remote))
            || Sockets.States.Any(s =>
                s.Host == host
                && (s.To == state || s.To == TcpState.NewSynRecv && state == TcpState.SynRecv)
                && On(s.Socket.Local, s.Socket.Remote)
                && !Contradicted(s)
            );
    }

    // Sources tell states at different times: what the table said later of the same socket counts more.
    private bool Contradicted(StateEvent state) =>
        Rows.Any(r => r.Host == state.Host && r.Local == state.Socket.Local && r.Remote == state.Socket.Remote && r.T > state.T);

    private void Follow(RunEvent e)
    {
        _fold.Append(e);
        _checks.Append(e);
        Sockets.Append(e, Starting);
        Moved = true;
    }
}
