using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// The bind rule over a run, event by event: what it says of each bind and listen on a port of the run, on any host, from the sockets that /proc and sock_diag
/// saw there and the options that the
/// run's own calls tell. What nobody knows stays unknown; a socket that changed between the look before a call and the look after it may have been there or
/// not. A call is judged anew only when an event tells
/// of a moment before its end, so an event costs the same however long the log is.
/// </summary>
public sealed class BindChecksFold
{
    private readonly RunHeader _header;
    private readonly List<Space> _spaces = [];
    private long _lastOfLab,
        _end;
    private bool _looked;
    private OrderedList<RuleCheck> _checks = OrderedList<RuleCheck>.Empty(Comparer<RuleCheck>.Create((a, b) => a.Seq.CompareTo(b.Seq)));
    private IReadOnlyList<RuleCheck>? _made;

    /// <param name="header">What was settled at the start.</param>
    public BindChecksFold(RunHeader header)
    {
        _header = header;
        foreach (HostFacts host in header.Hosts)
        {
            if (_spaces.Find(s => s.IsOf(host)) is { } shared)
                shared.Hosts.Add(host);
            else
                _spaces.Add(new(this, host));
        }
    }

    private BindChecksFold(BindChecksFold from)
    {
        (_header, _lastOfLab, _end, _looked, _checks, _made) = (from._header, from._lastOfLab, from._end, from._looked, from._checks, from._made);
        _spaces.AddRange(from._spaces.Select(s => new Space(this, s)));
    }

    /// <summary>Another that goes on from here; neither changes the other. It costs as much as there were sockets.</summary>
    public BindChecksFold Copy() => new(this);

    /// <summary>Takes the next event of the log.</summary>
    public void Append(RunEvent e)
    {
        _end = Math.Max(_end, e.T);
        // The lab goes on after a look at every host; what it or the next call says comes after that.
        if (e is CallEvent or OutputEvent or StepEvent or ActionEvent)
        {
            _lastOfLab = e.Seq;
            _made = null;
            _spaces.ForEach(s => s.Looked());
        }
        if (e is GapEvent { Host: null } gap)
            _spaces.ForEach(s => s.Lose(gap));
        else if (e.Host is { } host && _spaces.Find(s => s.Has(host)) is { } space && space.Append(e))
            _made = null;
    }

    /// <summary>Every bind and listen so far, in the order of the log.</summary>
    /// <param name="looked">True when the hosts were looked at after the last event and nothing else changed.</param>
    public IReadOnlyList<RuleCheck> Made(bool looked = false)
    {
        if (_made is not null && _looked == looked)
            return _made;
        List<RuleCheck> old = [],
            judged = [];
        foreach (PortChecks port in _spaces.SelectMany(s => s.Ports))
            port.Judge(old, judged);
        _checks = _checks.With(old, judged);
        (_made, _looked) = (looked ? [.. _spaces.SelectMany(s => s.Ports).SelectMany(p => p.AfterLook()).OrderBy(c => c.Seq)] : _checks, looked);
        return _made;
    }

    /// <summary>The checks so far, and what the rule says of the bind or listen that comes next.</summary>
    /// <param name="progress">Where the run stands in its scenario, after the same events.</param>
    /// <param name="looked">True when the hosts were looked at after the last event and nothing else changed.</param>
    public RunVerdict Verdict(ScenarioProgress progress, bool looked = false)
    {
        IReadOnlyList<RuleCheck> made = Made(looked);
        return new(Next(progress), made);
    }

    /// <summary>
    /// What the rule says of the next bind or listen of the step that comes next, were it made now: follows what is left of the step up to there. Null when it
    /// makes none.
    /// </summary>
    public BindPreview? Next(ScenarioProgress progress)
    {
        if (progress.Current is not { } step)
            return null;
        // What earlier calls proved counts for the next.
        _ = Made(_looked);
        var planned = new Dictionary<(string?, string), BindOptions>();
        var closed = new HashSet<OwnSocket>();
        var kept = new HashSet<string>();
        var over = new HashSet<TcpState>();
        foreach (PlannedAction next in progress.Left(step))
        {
            ScenarioAction action = next.Action;
            if (action is { Do: ActionKind.Wait, For: WaitFor.Time })
                return null;
            if (action is { Do: ActionKind.Wait, For: WaitFor.Gone } && TcpStates.TryParse(action.State, out TcpState gone))
                over.Add(gone);
            if (action is { Do: ActionKind.Fork, Keeps: { } keeps })
                kept.UnionWith(keeps);
            if (_header.Script.HostOf(action) is not { } role || _spaces.Find(s => s.Has(role)) is not { } space)
                continue;
            if (action.Do is ActionKind.Exit or ActionKind.Kill && action.Program is { } ends)
                closed.UnionWith(space.Sockets.HeldBy(ends).Where(s => !kept.Contains(s.Name) && !s.IsHeldByOther(ends)));
            if (action.Socket is not { } name)
                continue;
            OwnSocket? socket = space.Sockets.Find(name, action.Program) is { } open && !closed.Contains(open) ? open : null;
            BindOptions options = planned.TryGetValue((action.Program, name), out BindOptions plan) ? plan : socket?.Options ?? BindOptions.New;
            if (action.Do == ActionKind.Close && socket is not null && !kept.Contains(name) && !socket.IsHeldByOther(action.Program))
            {
                closed.Add(socket);
            }
            else if (action.Do == ActionKind.Socket)
            {
                planned[(action.Program, name)] = BindOptions.New;
            }
            else if (action.Do == ActionKind.SetSockOpt && SocketOption.TryParse(action.Option, out SocketOption option))
            {
                planned[(action.Program, name)] = options.With(option, RunAddresses.Number(_header, action.Value) != 0);
            }
            else if (
                Asks(action.Do) is { } asks
                && (asks == PortCall.Bind ? RunAddresses.Target(_header, action) : socket?.Local) is { } local
                && space.Port(local.Port) is { } port
            )
            {
                HostFacts host = _header.Host(role)!;
                uint uid = _header.Script.FindProgram(action.Program)?.Uid ?? socket?.Uid ?? host.Uid;
                return port.Preview(
                    step.Step.Id,
                    host,
                    asks,
                    Candidate(options, local, uid),
                    _end,
                    socket is null ? closed : [.. closed, socket],
                    over,
                    socket
                );
            }
        }
        return null;
    }

    private static PortCall? Asks(string call) =>
        call switch
        {
            "bind" => PortCall.Bind,
            "listen" => PortCall.Listen,
            _ => null,
        };

    private static PortCall? Asks(ActionKind action) =>
        action switch
        {
            ActionKind.Bind => PortCall.Bind,
            ActionKind.Listen => PortCall.Listen,
            _ => null,
        };

    private static BindCandidate Candidate(BindOptions options, TcpEndpoint local, uint uid) =>
        new()
        {
            Local = local,
            ReuseAddr = options.ReuseAddr == true,
            ReusePort = options.ReusePort == true,
            V6Only = options.V6Only == true,
            Uid = uid,
        };

    /// <summary>One network namespace: hosts that share it have each other's sockets in their way.</summary>
    private sealed class Space
    {
        private readonly Dictionary<int, PortChecks> _ports = [];
        private readonly List<(long Seq, string? Host)> _losses = [];

        public Space(BindChecksFold run, HostFacts host)
        {
            Hosts = [host];
            Sockets = new(run._header, FirstSeen);
            Sockets.Closed += Closed;
            foreach (int port in run._header.Ports.Values.Distinct())
                _ports[port] = new(port, Sockets, BindBucket.Memory(host.Kernel)) { Lost = Lost, LookedAfter = seq => run._lastOfLab > seq };
        }

        public Space(BindChecksFold run, Space from)
        {
            Hosts = from.Hosts;
            _losses.AddRange(from._losses);
            var copies = new Dictionary<OwnSocket, OwnSocket>();
            Sockets = from.Sockets.Copy(FirstSeen, copies);
            Sockets.Closed += Closed;
            foreach ((int port, PortChecks checks) in from._ports)
                _ports[port] = checks.Copy(Sockets, copies, Lost, seq => run._lastOfLab > seq);
        }

        public List<HostFacts> Hosts { get; }

        public LessonSockets Sockets { get; }

        public IEnumerable<PortChecks> Ports => _ports.Values;

        public PortChecks? Port(int port) => _ports.GetValueOrDefault(port);

        public bool IsOf(HostFacts host) =>
            Hosts[0] is { NetworkNamespace: not 0, BootId: not HostFacts.UnknownBoot } one
            && (one.NetworkNamespace, one.BootId) == (host.NetworkNamespace, host.BootId);

        public bool Has(string role) => Hosts.Exists(h => h.Name == role);

        public void Looked()
        {
            foreach (PortChecks port in _ports.Values)
                port.Looked();
        }

        public void Lose(GapEvent gap)
        {
            if (gap is { Lost: > 0, Source: not EvidenceSource.Capture } && !_losses.Exists(l => l.Host == gap.Host))
                _losses.Add((gap.Seq, gap.Host));
        }

        /// <returns>True when what is thought of a call may have changed.</returns>
        public bool Append(RunEvent e)
        {
            switch (e)
            {
                case SocketEvent row:
                    return Changed(Port(row.Local.Port), row);
                case StateEvent state:
                    return Changed(Port(state.Socket.Local.Port), state);
                case CallEvent call:
                    Follow(call);
                    return true;
                case ProgramEvent program:
                    Sockets.Follow(program);
                    return ChangedAll(program.T);
                case NoteEvent { Code: NoteCodes.AgentRestarted } note when Hosts.Count == 1:
                    Sockets.CloseAll(note.T);
                    return ChangedAll(note.T);
                case GapEvent gap:
                    Lose(gap);
                    return false;
                default:
                    return false;
            }
        }

        private (long? Before, long T)? FirstSeen(SocketPair pair) => Port(pair.Local.Port)?.History.Find(pair)?.First;

        private void Closed(OwnSocket socket) => Port(socket.Local?.Port ?? 0)?.History.Closed(socket);

        private bool Lost(HostFacts host, long seq) => _losses.Exists(l => l.Seq < seq && (l.Host is null || l.Host == host.Name));

        private void Follow(CallEvent call)
        {
            if (
                Asks(call.Call) is { } asks
                && Sockets.Find(call.Socket, call.Program) is { } socket
                && (asks == PortCall.Bind ? call.Args.Address : socket.Local) is { } local
                && Port(local.Port) is { } port
            )
            {
                port.Made(call, Hosts.Find(h => h.Name == call.Host)!, socket, asks, Candidate(socket.Options, local, socket.Uid));
            }

            Sockets.Follow(call);
            if (call is { Call: "bind", Succeeded: true } && Sockets.Find(call.Socket, call.Program) is { Local.Port: var at } bound)
                Port(at)?.History.Bound(bound);
            // A call that waited is told of when it returned: calls that ended meanwhile are judged with it.
            if (call.Succeeded && call.Call is "accept4" or "connect")
                ChangedAll(call.T);
        }

        private static bool Changed(PortChecks? port, RunEvent e)
        {
            if (port?.History.Append(e) is not { } since)
                return false;
            port.Changed(since);
            return true;
        }

        private bool ChangedAll(long since)
        {
            foreach (PortChecks port in _ports.Values)
                port.Changed(since);
            return true;
        }
    }
}
