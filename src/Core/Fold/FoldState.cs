using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Everything that a fold knows after some events of a log. All that it holds is made anew where it changes, so a copy costs nothing and stays as it is. An
/// event goes to the connection, or to the
/// port, that it is about; <see cref="Draw"/> draws those that something came to, and the whole picture takes in what has changed of them.
/// </summary>
internal sealed class FoldState
{
    private static readonly IComparer<StateBand> ByBegin = Comparer<StateBand>.Create((a, b) => (a.Begin, a.Seq).CompareTo((b.Begin, b.Seq)));
    private static readonly IComparer<StateChange> ByMoment = Comparer<StateChange>.Create(
        (a, b) => (a.T, a.Seq, a.To is null).CompareTo((b.T, b.Seq, b.To is null))
    );
    private static readonly IComparer<Arrow> BySending = Comparer<Arrow>.Create(
        (a, b) => (a.Sent, a.Received ?? long.MaxValue, a.Seqs[0], a.Kind).CompareTo((b.Sent, b.Received ?? long.MaxValue, b.Seqs[0], b.Kind))
    );
    private static readonly IComparer<TimeWaitBar> ByWaiting = Comparer<TimeWaitBar>.Create((a, b) => (a.Begin, a.Seq).CompareTo((b.Begin, b.Seq)));
    private static readonly IComparer<CallMark> ByPlace = Comparer<CallMark>.Create((a, b) => (a.At, a.Event.Seq).CompareTo((b.At, b.Event.Seq)));

    private FlowContext _context;
    private ImmutableDictionary<FlowKey, Flow> _flows = ImmutableDictionary<FlowKey, Flow>.Empty;
    private ImmutableDictionary<LoneKey, LoneSockets> _lone = ImmutableDictionary<LoneKey, LoneSockets>.Empty;
    private ImmutableDictionary<FlowKey, FlowPicture> _flowPictures = ImmutableDictionary<FlowKey, FlowPicture>.Empty;
    private ImmutableDictionary<LoneKey, FlowPicture> _lonePictures = ImmutableDictionary<LoneKey, FlowPicture>.Empty;
    private ImmutableHashSet<FlowKey> _newFlows = [],
        _waiting = [];
    private ImmutableHashSet<LoneKey> _newLone = [];
    private ImmutableList<Disagreement> _contradictions = [];

    private OrderedList<StateBand> _bands = OrderedList<StateBand>.Empty(ByBegin);
    private OrderedList<StateChange> _changes = OrderedList<StateChange>.Empty(ByMoment);
    private OrderedList<Arrow> _arrows = OrderedList<Arrow>.Empty(BySending);
    private OrderedList<TimeWaitBar> _timeWaits = OrderedList<TimeWaitBar>.Empty(ByWaiting);
    private OrderedList<CallMark> _calls = OrderedList<CallMark>.Empty(ByPlace);

    private SocketNames _names = SocketNames.Empty;
    private SocketRows _rows = SocketRows.Empty;
    private AppendList<RunEvent> _log = AppendList<RunEvent>.Empty;
    private AppendList<(RunResult Result, CallEvent Call)> _deciding = AppendList<(RunResult, CallEvent)>.Empty;
    private AppendList<ProgramEvent> _programs = AppendList<ProgramEvent>.Empty;
    private AppendList<EnvironmentEvent> _environment = AppendList<EnvironmentEvent>.Empty;
    private AppendList<OutputEvent> _output = AppendList<OutputEvent>.Empty;
    private AppendList<NoteEvent> _notes = AppendList<NoteEvent>.Empty;
    private AppendList<GapEvent> _gaps = AppendList<GapEvent>.Empty;
    private ProgressFold _progress;
    private long _end;

    /// <param name="header">What was settled at the start.</param>
    /// <param name="clocks">What the whole log tells of the hosts' clocks.</param>
    public FoldState(RunHeader header, ClockSpread clocks)
    {
        _context = new(header, new HostAddresses(header)) { Clocks = clocks };
        _progress = new(header);
    }

    public FoldState Copy()
    {
        var copy = (FoldState)MemberwiseClone();
        copy._progress = _progress.Copy();
        return copy;
    }

    /// <summary>Takes the next event in, its times placed by what is best known of its host's clock.</summary>
    public void Append(RunEvent e)
    {
        _log = _log.Add(e);
        _end = Math.Max(_end, e is CallEvent c ? c.T + c.Duration : e.T);
        if (e is { Host: { } host, Source: not EvidenceSource.Lab } && !(_context.Told.GetValueOrDefault(host, long.MinValue) >= e.T))
            _context = _context with { Told = _context.Told.SetItem(host, e.T) };
        _progress.Append(e);
        switch (e)
        {
            case AddedEvent added:
                // No connection is drawn otherwise for it.
                _context = _context with
                {
                    Header = _context.Header.With(added.Step),
                };
                break;
            case CallEvent call:
                Add(call);
                break;
            case ProgramEvent program:
                _programs = _programs.Add(program);
                (_names, SocketDeeds deeds) = _names.After(program);
                Do(deeds);
                break;
            case SegmentEvent { Host: { } captures } segment when (segment.Sent ?? segment.Received) is not null:
                if (segment.Source != EvidenceSource.CaptureFile && !_context.Captures(captures))
                    Change(_context with { Captured = _context.Captured.Add(captures) });
                Change(FlowKey.Of(segment.From, segment.To), f => f with { Segments = f.Segments.Add(segment) });
                break;
            case SocketEvent { Host: { } reader } row when _context.Addresses.IsOwn(reader, row.Local, row.Remote):
                _rows = _rows.With(row, reader);
                Add(StateSighting.In(row)!);
                break;
            case StateEvent { Host: { } teller } state when _context.Addresses.IsOwn(teller, state.Socket.Local, state.Socket.Remote):
                Add(StateSighting.In(state)!);
                break;
            case EnvironmentEvent environment:
                _environment = _environment.Add(environment);
                break;
            case OutputEvent output:
                _output = _output.Add(output);
                break;
            case NoteEvent note:
                _notes = _notes.Add(note);
                break;
            case GapEvent gap:
                Add(gap);
                break;
        }
    }

    /// <summary>Draws what something came to since it was drawn last.</summary>
    public void Draw()
    {
        foreach (FlowKey key in _waiting)
        {
            if (!_newFlows.Contains(key) && _flowPictures[key].Waits.Any(w => _context.Told.GetValueOrDefault(w.Key, long.MinValue) > w.Value))
                _newFlows = _newFlows.Add(key);
        }
        var changes = new PictureChanges();
        foreach (FlowKey key in _newFlows)
        {
            FlowPicture picture = changes.Add(_flowPictures.GetValueOrDefault(key, FlowPicture.Empty), FlowPicture.Fold(_flows[key], _context));
            _flowPictures = _flowPictures.SetItem(key, picture);
            _flows = _flows.SetItem(key, _flows[key] with { History = picture.History, Seen = picture.Seen });
            _waiting = picture.Waits.Count > 0 ? _waiting.Add(key) : _waiting.Remove(key);
        }
        foreach (LoneKey key in _newLone)
        {
            LoneSockets? sockets = _lone.GetValueOrDefault(key);
            FlowPicture picture = changes.Add(
                _lonePictures.GetValueOrDefault(key, FlowPicture.Empty),
                sockets is null ? FlowPicture.Empty : FlowPicture.Fold(sockets)
            );
            _lonePictures = _lonePictures.SetItem(key, picture);
            if (sockets is not null)
                _lone = _lone.SetItem(key, sockets with { Seen = picture.Seen });
        }
        _newFlows = _newFlows.Clear();
        _newLone = _newLone.Clear();
        _bands = _bands.With(changes.Bands.Old, changes.Bands.New);
        _changes = _changes.With(changes.Changes.Old, changes.Changes.New);
        _arrows = _arrows.With(changes.Arrows.Old, changes.Arrows.New);
        _timeWaits = _timeWaits.With(changes.TimeWaits.Old, changes.TimeWaits.New);
        _calls = _calls.With(changes.Calls.Old, changes.Calls.New);
        _contradictions = _contradictions.RemoveRange(changes.Contradictions.Old).AddRange(changes.Contradictions.New);
    }

    public ScenarioProgress Progress => _progress.Progress;

    /// <summary>What is drawn.</summary>
    /// <param name="rule">What the bind rule says of a log and of where it stands in its scenario; asked when somebody asks the timeline.</param>
    public Timeline Timeline(Func<IReadOnlyList<RunEvent>, ScenarioProgress, RunVerdict> rule)
    {
        Draw();
        return new(_log, _deciding, _rows, _contradictions, _context.Told, rule)
        {
            Header = _context.Header,
            Lanes = [.. _context.Header.Hosts.Select(h => new Lane(h.Name, h.Address))],
            Calls = _calls,
            Bands = _bands,
            Changes = _changes,
            Arrows = _arrows,
            TimeWaits = _timeWaits,
            Programs = _programs,
            Environment = _environment,
            Output = _output,
            Notes = _notes,
            Gaps = _gaps,
            Progress = _progress.Progress,
            End = _end,
        };
    }

    private void Add(CallEvent call)
    {
        if (_progress.LastResult is { } result && result.Seq == call.Seq)
            _deciding = _deciding.Add((result, call));
        (_names, SocketDeeds deeds) = _names.After(call, _context.Addresses);
        Do(deeds);
        if (!deeds.Flows.Any(FlowPicture.Places))
            _calls = _calls.With([], [new CallMark(call, CallMark.Moment(call), CallMark.IsDeciding(_context.Header, call))]);
    }

    private void Do(SocketDeeds deeds)
    {
        foreach (FlowCall call in deeds.Flows)
            Change(FlowKey.Of(call.Own, call.Peer), f => f with { Calls = f.Calls.Add(call) });
        foreach (StateSighting alone in deeds.Alone)
            Change(alone);
    }

    private void Add(StateSighting s)
    {
        // A socket that was aborted tells its peer without a port as it goes: nobody can say which it was.
        if (s is { IsAlone: true, Remote.IsWildcard: false })
            return;
        if (s.IsAlone)
        {
            Change(s);
            return;
        }
        if (s is { From: TcpState.BoundInactive, Inode: not 0 })
        {
            // A bound socket that connected: the same one by its inode.
            Change(s with { GoesToConnect = true });
            if (s.To is null)
                return;
            s = s with { From = null };
        }
        Change(FlowKey.Of(s.Local, s.Remote), f => f with { States = f.States.Add(s) });
    }

    private void Add(GapEvent gap)
    {
        _gaps = _gaps.Add(gap);
        string[] lost = [.. _context.Header.Hosts.Select(h => h.Name).Where(h => gap.Concerns(h, EvidenceSource.Capture) && !_context.CaptureGaps.Contains(h))];
        if (lost.Length > 0)
            Change(_context with { CaptureGaps = _context.CaptureGaps.Union(lost) });
    }

    private void Change(FlowKey key, Func<Flow, Flow> how)
    {
        _flows = _flows.SetItem(key, how(_flows.TryGetValue(key, out Flow? flow) ? flow : new(key)));
        _newFlows = _newFlows.Add(key);
    }

    // Sockets without a peer are told apart by their inodes. Where a source does not know it they can only be told together: all of that port then are.
    private void Change(StateSighting s)
    {
        LoneKey port = new(s.Host, s.Local.Port, 0),
            key = _lone.ContainsKey(port) ? port : port with { Inode = s.Inode };
        if (s.Inode == 0 && !_lone.ContainsKey(port))
        {
            LoneKey[] apart = [.. _lone.Keys.Where(k => k with { Inode = 0 } == port)];
            _lone = _lone
                .RemoveRange(apart)
                .SetItem(port, apart.SelectMany(k => _lone[k].States).OrderBy(x => x.Seq).Aggregate(LoneSockets.None, (all, x) => all.With(x)));
            _newLone = _newLone.Union(apart);
        }
        _lone = _lone.SetItem(key, (_lone.TryGetValue(key, out LoneSockets? known) ? known : LoneSockets.None).With(s));
        _newLone = _newLone.Add(key);
    }

    // What every connection depends on: each is drawn anew. It happens once for a host and a kind of loss.
    private void Change(FlowContext context)
    {
        _context = context;
        _newFlows = _newFlows.Union(_flows.Keys);
    }
}
