using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Everything a person sees of a run: a pure function of its log up to a cursor. Live is "cursor at the end".</summary>
public sealed record Timeline
{
    public required RunHeader Header { get; init; }

    /// <summary>client, then server.</summary>
    public required IReadOnlyList<Lane> Lanes { get; init; }

    /// <summary>In the order of the axis.</summary>
    public required IReadOnlyList<CallMark> Calls { get; init; }

    /// <summary>In the order of their begin.</summary>
    public required IReadOnlyList<StateBand> Bands { get; init; }

    /// <summary>Where bands begin, and where sockets went, in the order of the axis.</summary>
    public required IReadOnlyList<StateChange> Changes { get; init; }

    /// <summary>In the order they were sent.</summary>
    public required IReadOnlyList<Arrow> Arrows { get; init; }

    public required IReadOnlyList<RebindAttempt> Rebinds { get; init; }

    /// <summary>What the kernel's bind rule says of the binds and listens that were made, and of the next.</summary>
    public required RunVerdict Rule { get; init; }

    public required IReadOnlyList<TimeWaitBar> TimeWaits { get; init; }

    /// <summary>Where two sources cannot both be right.</summary>
    public required IReadOnlyList<Disagreement> Disagreements { get; init; }

    public required IReadOnlyList<OutputEvent> Output { get; init; }

    /// <summary>The rows of both hosts at the cursor.</summary>
    public required IReadOnlyList<SocketNow> Sockets { get; init; }

    public required IReadOnlyList<NoteEvent> Notes { get; init; }

    public required IReadOnlyList<GapEvent> Gaps { get; init; }

    public required ScenarioProgress Progress { get; init; }

    /// <summary>The last moment of the log, nanoseconds on the run's axis.</summary>
    public long End { get; init; }

    /// <summary>How much was lost on the way to the log.</summary>
    public long Lost => Gaps.Sum(g => g.Lost);

    /// <summary>The last attempt to bind again: what the run has shown; null before the first.</summary>
    public RebindAttempt? Verdict => Rebinds.Count == 0 ? null : Rebinds[^1];

    /// <summary>True while the lab waits and binds again.</summary>
    public bool BindingAgain => Progress.Outcome is Outcome.Running or Outcome.Completed && RebindAttempt.IsWaiting(Notes, long.MaxValue);

    public IEnumerable<SocketNow> SocketsOf(string host) => Sockets.Where(s => s.Host == host);

    /// <summary>Folds the log.</summary>
    /// <param name="header">What was settled at the start.</param>
    /// <param name="events">The log in order of seq.</param>
    /// <param name="until">The cursor: later events are left out; null for the whole log.</param>
    public static Timeline Of(RunHeader header, IReadOnlyList<RunEvent> events, long? until = null)
    {
        events = HostClocks.Place(events);
        IReadOnlyList<RunEvent> log = until is { } cursor ? [.. events.Where(e => e.T <= cursor)] : events;
        var owners = new RowOwners(header);
        IReadOnlyList<CallEvent> calls = [.. log.OfType<CallEvent>()];
        SocketStates states = SocketStates.Of(log, calls, owners);
        IReadOnlyList<Connection> connections = Connections.Of(calls);
        var observed = Segments.Of(header, log, calls);
        IReadOnlyList<Arrow> arrows = [.. observed.Arrows, .. InferredSegments.Of(connections, states.Bands, observed)];
        var causes = new Causes(connections, arrows, HostClocks.Apart(header, events));
        var lessons = header.Script.Steps.Where(s => s.ResultIsLesson).Select(s => s.Id).ToHashSet();
        IReadOnlyList<NoteEvent> notes = [.. log.OfType<NoteEvent>()];
        RunVerdict rule = BindChecks.Of(header, log);
        IReadOnlyList<StateBand> bands = [.. states.Bands.Select(causes.Of).OrderBy(b => b.Begin).ThenBy(b => b.Seq)];
        return new Timeline
        {
            Header = header,
            Lanes = [.. ((string[])[HubRoutes.Client, HubRoutes.Server]).Select(h => new Lane(h, header.Hosts.FirstOrDefault(f => f.Name == h)?.Address ?? ""))],
            Calls = [.. calls.Select(c => new CallMark(c, causes.Of(c), c.Step is { } s && lessons.Contains(s))).OrderBy(m => m.At).ThenBy(m => m.Event.Seq)],
            Bands = bands,
            Changes = StateChange.Of(bands),
            Arrows = [.. causes.Fit(states.Bands).OrderBy(a => a.Sent).ThenBy(a => a.Received ?? long.MaxValue)],
            Rebinds = RebindAttempt.Of(calls, lessons, rule.Made, notes),
            Rule = rule,
            TimeWaits = states.TimeWaits,
            Disagreements = states.Disagreements,
            Output = [.. log.OfType<OutputEvent>()],
            Sockets = SocketRows.Of(log, owners),
            Notes = notes,
            Gaps = [.. log.OfType<GapEvent>()],
            Progress = ScenarioProgress.Of(header.Script, log),
            End = log.Count == 0 ? 0 : log.Max(e => e is CallEvent c ? c.T + c.Duration : e.T),
        };
    }
}
