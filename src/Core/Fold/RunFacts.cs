using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// What a run's log answers to the conditions of its scenario (<see cref="ConditionFunctions.All"/>). It never changes: an event more makes another one, at the
/// same cost however long the log is.
/// </summary>
public sealed record RunFacts : IConditionFacts
{
    private RunHeader _header;
    private ImmutableDictionary<string, (string? Host, string? Program)> _open = ImmutableDictionary<string, (string?, string?)>.Empty;
    private ImmutableDictionary<string, string> _running = ImmutableDictionary<string, string>.Empty;
    private ImmutableDictionary<(string, SocketOption), OptionValue> _options = ImmutableDictionary<(string, SocketOption), OptionValue>.Empty;
    private ImmutableHashSet<(string Host, TcpState State)> _saw = [];
    private ImmutableDictionary<SocketIdentity, SocketEvent> _rows = ImmutableDictionary<SocketIdentity, SocketEvent>.Empty;
    private ImmutableDictionary<(string Host, TcpState State), int> _now = ImmutableDictionary<(string, TcpState), int>.Empty;
    private ImmutableDictionary<string, CallEvent> _named = ImmutableDictionary<string, CallEvent>.Empty;
    private ImmutableDictionary<string, ImmutableDictionary<(string Host, TcpState State), int>> _statesAt = ImmutableDictionary<
        string,
        ImmutableDictionary<(string, TcpState), int>
    >.Empty;
    private ImmutableDictionary<(string Host, string Flags), long> _sent = ImmutableDictionary<(string, string), long>.Empty;
    private ImmutableDictionary<string, int> _minWindow = ImmutableDictionary<string, int>.Empty;
    private ImmutableDictionary<string, RunResult> _byId = ImmutableDictionary<string, RunResult>.Empty,
        _byStep = ImmutableDictionary<string, RunResult>.Empty;
    private (long T, string Host)? _firstFin;

    /// <param name="header">The run.</param>
    public RunFacts(RunHeader header) => _header = header;

    /// <summary>The sockets that are open, by name: the host and the program that has each.</summary>
    public IReadOnlyDictionary<string, (string? Host, string? Program)> OpenSockets => _open;

    /// <summary>The programs that run, by id, and their hosts.</summary>
    public IReadOnlyDictionary<string, string> RunningPrograms => _running;

    /// <summary>The rows of the socket tables on the run's ports, as each was told last.</summary>
    public IEnumerable<SocketEvent> Rows => _rows.Values;

    /// <summary>The row of a socket; null for none that is there.</summary>
    public SocketEvent? Row(SocketIdentity socket) => _rows.GetValueOrDefault(socket);

    /// <summary>The states, for the whole picture with what was concluded; null where only the log counts.</summary>
    public IReadOnlyList<StateBand>? Bands { get; init; }

    /// <summary>What was chosen for a value of the scenario; null for a name that is none.</summary>
    public Scalar? Value(string name) => _header.Values.TryGetValue(name, out Scalar value) ? value : null;

    /// <summary>What a function of <see cref="ConditionFunctions"/> answers now; null where that is not known.</summary>
    public Scalar? Call(string function, IReadOnlyList<string> a) =>
        function switch
        {
            "result" => ResultOf(a[0]) is { } r ? Scalar.Of(r.Errno ?? "ok")
            : _named.TryGetValue(a[0], out CallEvent? made) ? Scalar.Of(made.Errno ?? "ok")
            : null,
            "returned" => _named.TryGetValue(a[0], out CallEvent? call) ? Scalar.Of(call.Result) : null,
            "took" => _named.TryGetValue(a[0], out CallEvent? call) ? Scalar.Of(call.Duration / 1_000_000) : null,
            "gap" => _named.TryGetValue(a[0], out CallEvent? first) && _named.TryGetValue(a[1], out CallEvent? second)
                ? Scalar.Of((second.T + second.Duration - first.T - first.Duration) / 1_000_000)
                : null,
            "option" => SocketOption.TryParse(a[1], out SocketOption option) && _options.TryGetValue((a[0], option), out OptionValue? value)
                ? Scalar.Of(value.Number ?? value.Seconds ?? value.Milliseconds ?? 0)
                : null,
            "open" => Scalar.Of(_open.ContainsKey(a[0])),
            "running" => Scalar.Of(_running.ContainsKey(a[0])),
            "saw" => TcpStates.TryParse(a[1], out TcpState state)
                ? Scalar.Of(Bands?.Any(b => b.Host == a[0] && b.State == state && OfRun(b.Local, b.Remote)) ?? _saw.Contains((a[0], state)))
                : null,
            "has" => TcpStates.TryParse(a[1], out TcpState now) ? Scalar.Of(_now.ContainsKey((a[0], now))) : null,
            "at" => TcpStates.TryParse(a[2], out TcpState then)
            && _statesAt.TryGetValue(a[0], out ImmutableDictionary<(string Host, TcpState State), int>? states)
                ? Scalar.Of(states.ContainsKey((a[1], then)))
                : null,
            "family" => TcpStates.TryParse(a[1], out TcpState of) && _rows.Values.FirstOrDefault(r => r.Host == a[0] && r.To == of) is { } row
                ? Scalar.Of(row.Local.IsV6 ? 6 : 4)
                : null,
            "lasted" => TcpStates.TryParse(a[1], out TcpState over) && Longest(a[0], over) is { } ns ? Scalar.Of(ns / 1_000_000) : null,
            "segments" => Scalar.Of(_sent.Where(s => s.Key.Host == a[0] && SegmentFlags.Match(a[1], s.Key.Flags)).Sum(s => s.Value)),
            "min-window" => _minWindow.TryGetValue(a[0], out int window) ? Scalar.Of(window) : null,
            "first-to-close" => _firstFin is { } fin ? Scalar.Of(fin.Host) : null,
            "mode" => Scalar.Of(_header.Mode.ToString().ToLowerInvariant()),
            "one-namespace" => Scalar.Of(_header.OneNamespace),
            _ => null,
        };

    /// <summary>With the next event of the log.</summary>
    public RunFacts With(RunEvent e)
    {
        switch (e)
        {
            case AddedEvent added:
                return this with { _header = _header.With(added.Step) };
            case CallEvent call:
                return Follow(call);
            case ProgramEvent program:
                return Follow(program);
            case NoteEvent { Code: NoteCodes.AgentRestarted, Host: { } host }:
                // The new agent tells anew what is there.
                return this with
                {
                    _open = _open.RemoveRange(_open.Where(o => o.Value.Host == host).Select(o => o.Key)),
                    _running = _running.RemoveRange(_running.Where(p => p.Value == host).Select(p => p.Key)),
                    _rows = _rows.RemoveRange(_rows.Keys.Where(r => r.Host == host)),
                    _now = _now.RemoveRange(_now.Keys.Where(n => n.Host == host)),
                };
            case SocketEvent { Host: { } host } row when OfRun(row.Local, row.Remote):
                return Follow(row, host);
            case StateEvent { Host: { } at, To: { } seen } state when OfRun(state.Socket.Local, state.Socket.Remote):
                return this with { _saw = _saw.Add((at, seen == TcpState.NewSynRecv ? TcpState.SynRecv : seen)) };
            case SegmentEvent { Host: { } host, Sent: not null } segment when OfRun(segment.From, segment.To):
                (string, string) key = (host, segment.Flags);
                RunFacts counted = this with { _sent = _sent.SetItem(key, _sent.GetValueOrDefault(key) + 1) };
                // A RST announces none.
                if (!segment.Flags.Contains("RST", StringComparison.Ordinal) && !(_minWindow.TryGetValue(host, out int least) && least <= segment.Win))
                    counted = counted with { _minWindow = _minWindow.SetItem(host, segment.Win) };
                return segment.Flags.Contains("FIN", StringComparison.Ordinal) && !(_firstFin?.T <= segment.T)
                    ? counted with
                    {
                        _firstFin = (segment.T, host),
                    }
                    : counted;
            default:
                return this;
        }
    }

    /// <summary>With a deciding call.</summary>
    internal RunFacts With(RunResult result)
    {
        // Of a step the deciding call of its last attempt: the first that failed, else the last.
        bool stays = _byStep.TryGetValue(result.Step, out RunResult? before) && before.Attempt == result.Attempt && !before.Succeeded;
        return this with { _byId = result.Id is { } id ? _byId.SetItem(id, result) : _byId, _byStep = stays ? _byStep : _byStep.SetItem(result.Step, result) };
    }

    private RunFacts Follow(CallEvent call)
    {
        RunFacts after = this;
        if (call is { Step: { } step, Index: { } index } && _header.Script.FindStep(step) is { } of && index < of.Actions.Count)
        {
            ScenarioAction action = of.Actions[index];
            if (action.Id is { } id)
                after = after with { _named = _named.SetItem(id, call), _statesAt = after._statesAt.SetItem(id, _now) };
            if (action.Decides)
                after = after with { _statesAt = after._statesAt.SetItem(step, _now) };
        }
        if (!call.Succeeded)
            return after;
        return call.Call switch
        {
            "socket" => after with { _open = _open.SetItem(call.Socket, (call.Host, call.Program)) },
            "accept4" when call.Accepted is { } accepted => after with { _open = _open.SetItem(accepted, (call.Host, call.Program)) },
            "close" => after with { _open = _open.Remove(call.Socket) },
            "setsockopt" or "getsockopt" when call.Args is { Option: { } option, Value: { } value } => after with
            {
                _options = _options.SetItem((call.Socket, option), value),
            },
            _ => after,
        };
    }

    private RunFacts Follow(ProgramEvent e) =>
        e.Change switch
        {
            ProgramChange.Started => this with { _running = _running.SetItem(e.Program, e.Host ?? "") },
            ProgramChange.Forked when e.Child is { } child => this with { _running = _running.SetItem(child, e.Host ?? "") },
            ProgramChange.Exited or ProgramChange.Killed => this with { _running = _running.Remove(e.Program), _open = _open.RemoveRange(e.Sockets) },
            _ => this,
        };

    private RunFacts Follow(SocketEvent row, string host)
    {
        ImmutableDictionary<(string Host, TcpState State), int> now = _now;
        if (_rows.TryGetValue(row.Identity, out SocketEvent? old) && old.To is { } was)
        {
            int left = now[(host, was)] - 1;
            now = left == 0 ? now.Remove((host, was)) : now.SetItem((host, was), left);
        }
        return row.To is not { } to
            ? this with
            {
                _rows = _rows.Remove(row.Identity),
                _now = now,
            }
            : this with
            {
                _rows = _rows.SetItem(row.Identity, row),
                _now = now.SetItem((host, to), now.GetValueOrDefault((host, to)) + 1),
                _saw = _saw.Add((host, to)),
            };
    }

    private long? Longest(string host, TcpState state)
    {
        long? longest = null;
        foreach (StateBand b in Bands ?? [])
        {
            if (b.Host == host && b.State == state && b.End is { } end && OfRun(b.Local, b.Remote) && !(end - b.Begin <= longest))
                longest = end - b.Begin;
        }
        return longest;
    }

    private RunResult? ResultOf(string id) => _byId.GetValueOrDefault(id) ?? _byStep.GetValueOrDefault(id);

    private bool OfRun(TcpEndpoint local, TcpEndpoint remote) => _header.HasPort(local.Port) || _header.HasPort(remote.Port);
}
