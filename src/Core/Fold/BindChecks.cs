using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// The bind rule over a run: what it says of each bind and listen on the server's port, from the sockets that /proc and sock_diag saw there and the options that the
/// run's own calls tell. What nobody knows stays unknown; a socket that changed between the look before a call and the look after it may have been there or not.
/// </summary>
public static class BindChecks
{
    /// <summary>Folds the log.</summary>
    /// <param name="header">What was settled at the start.</param>
    /// <param name="log">In order of seq.</param>
    /// <param name="looked">True when the host was looked at after the last event and nothing else changed.</param>
    public static RunVerdict Of(RunHeader header, IReadOnlyList<RunEvent> log, bool looked = false)
    {
        var view = new View(header, log);
        var made = new List<RuleCheck>();
        foreach (CallEvent call in log.OfType<CallEvent>().Where(c => c.Host == HubRoutes.Server))
        {
            if (view.Check(call, looked) is { } check)
                made.Add(check);
            view.Lesson.Follow(call);
        }
        return new(view.Preview(ScenarioProgress.Of(header.Script, log)), made);
    }

    private sealed class View
    {
        private readonly RunHeader _header;
        private readonly IReadOnlyList<RunEvent> _log;
        private readonly PortHistory _history;
        private readonly HostFacts? _facts;
        private readonly long _lastOfLab, _firstLoss, _end;

        public View(RunHeader header, IReadOnlyList<RunEvent> log)
        {
            (_header, _log) = (header, log);
            _history = PortHistory.Of(log, HubRoutes.Server, header.Options.Port);
            Lesson = new(_history);
            _facts = header.Hosts.FirstOrDefault(h => h.Name == HubRoutes.Server);
            // The lab goes on after a look at both hosts; what it or the next call says comes after that.
            _lastOfLab = log.LastOrDefault(e => e is CallEvent or OutputEvent or StepEvent)?.Seq ?? 0;
            _end = log.Count == 0 ? 0 : log.Max(e => e.T);
            _firstLoss = log.FirstOrDefault(e => e is GapEvent { Lost: > 0, Source: not EventSource.Capture, Host: not HubRoutes.Client })?.Seq ?? long.MaxValue;
        }

        public LessonSockets Lesson { get; }

        public RuleCheck? Check(CallEvent call, bool looked)
        {
            if (Asks(call.Call) is not { } asks || Lesson.Find(call.Socket) is not { } socket || (asks == PortCall.Bind ? StraceAddress.Read(call.Args) : socket.Local) is not { } local
                || local.Port != _header.Options.Port)
                return null;
            BindCandidate candidate = Candidate(socket.Options, local);
            BindVerdict verdict = BindRule.Judge(asks, candidate, Sockets(call.T, call.T + call.Duration, [socket]));
            BindOutcome? real = call.Errno switch { null => BindOutcome.Ok, "EADDRINUSE" => BindOutcome.InUse, _ => null };
            RuleDoubt doubt = real is null || real == verdict.Outcome ? RuleDoubt.None
                : verdict.Outcome == BindOutcome.Unknown ? Doubt(verdict)
                : call.Seq > _firstLoss ? RuleDoubt.Lost
                : real == BindOutcome.InUse && !SeesBound ? RuleDoubt.BoundUnseen
                : !looked && _lastOfLab <= call.Seq ? RuleDoubt.NotLooked
                : RuleDoubt.None;
            RuleMatch match = real is null ? RuleMatch.Outside : real == verdict.Outcome ? RuleMatch.Same : doubt != RuleDoubt.None ? RuleMatch.Unknown : RuleMatch.Differs;
            return new(call.Seq, call.Step, call.Attempt, call.Errno, candidate, verdict, match, doubt);
        }

        /// <summary>Follows what is left of the step that comes next up to its bind or listen.</summary>
        public BindPreview? Preview(ScenarioProgress progress)
        {
            if (progress.Current is not { } step)
                return null;
            var planned = new Dictionary<string, BindOptions>();
            var closed = new List<LessonSockets.One>();
            foreach ((_, ScenarioCall call) in progress.Left(step, _header.Options, _header.OneNamespace, _log).Where(c => c.Call.Host == HubRoutes.Server))
            {
                LessonSockets.One? socket = Lesson.Find(call.Socket) is { } open && !closed.Contains(open) ? open : null;
                BindOptions options = planned.TryGetValue(call.Socket, out BindOptions plan) ? plan : socket?.Options ?? BindOptions.New;
                if (call.Call == SocketCall.Close && socket is not null)
                    closed.Add(socket);
                else if (call.Call == SocketCall.Socket)
                    planned[call.Socket] = BindOptions.New;
                else if (call.Call == SocketCall.SetSockOpt)
                    planned[call.Socket] = options.With(call.Option, call.Value != 0);
                else if (Asks(call.Call) is { } asks && (asks == PortCall.Bind ? call.AddressIn(_header) : socket?.Local) is { } local && local.Port == _header.Options.Port)
                    return Preview(step.Step.Id, asks, Candidate(options, local), socket is null ? closed : [.. closed, socket]);
            }
            return null;
        }

        private BindPreview Preview(string step, PortCall asks, BindCandidate candidate, IReadOnlyList<LessonSockets.One> apart)
        {
            BindVerdict verdict = BindRule.Judge(asks, candidate, Sockets(_end, _end, apart));
            RuleDoubt doubt = verdict.Outcome == BindOutcome.Unknown ? Doubt(verdict)
                : _firstLoss != long.MaxValue ? RuleDoubt.Lost
                : verdict.Outcome == BindOutcome.Ok && !SeesBound ? RuleDoubt.BoundUnseen
                : RuleDoubt.None;
            return new(HubRoutes.Server, step, candidate, verdict, doubt);
        }

        private bool SeesBound => _facts?.Observes(SourceFact.Diag) == true;

        private static RuleDoubt Doubt(BindVerdict verdict) => verdict.Obstacles.Any(o => o.Clause == BindClause.OtherMoved) ? RuleDoubt.Moved : RuleDoubt.Options;

        private static PortCall? Asks(string call) => call switch { "bind" => PortCall.Bind, "listen" => PortCall.Listen, _ => null };

        private static PortCall? Asks(SocketCall call) => call switch { SocketCall.Bind => PortCall.Bind, SocketCall.Listen => PortCall.Listen, _ => null };

        private BindCandidate Candidate(BindOptions options, Endpoint local) => new()
        {
            Local = local, ReuseAddr = options.ReuseAddr == true, ReusePort = options.ReusePort == true, V6Only = options.V6Only == true, Uid = _facts?.Uid ?? 0,
        };

        private List<PortSocket> Sockets(long begin, long end, IReadOnlyList<LessonSockets.One> apart)
        {
            var sockets = new List<PortSocket>();
            foreach (PortTrack track in _history.Tracks)
            {
                if (apart.Any(s => LessonSockets.IsRowOf(s, track)) || track.Between(begin, end) is not { } at)
                    continue;
                BindOptions? own = Lesson.Of(track);
                sockets.Add(new()
                {
                    State = at.State, Sure = at.Sure, Local = track.Pair.Local, Remote = track.Pair.Remote.Port == 0 ? null : track.Pair.Remote, Inode = track.Inode,
                    ReuseAddr = own?.ReuseAddr, ReusePort = own?.ReusePort, V6Only = own?.V6Only,
                    // An orphan's row says 0, and so does every TIME-WAIT's.
                    Uid = own is not null ? _facts?.Uid : track.Inode == 0 ? null : track.Uid,
                });
            }
            return sockets;
        }
    }
}
