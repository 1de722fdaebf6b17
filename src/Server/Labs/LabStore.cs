using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// What of the lab's runs is stored. While the store works, events are shown once they are stored. While it is slow or fails, nobody waits for it: events are
/// shown as they come, kept in memory, and stored,
/// with growing pauses between the attempts, once it works again; the lab says what is wrong.
/// </summary>
internal sealed class LabStore(Lab lab)
{
    private readonly List<LabRun> _leaving = [];
    private readonly Dictionary<string, Creation> _creating = [];
    private readonly Dictionary<LabRun, List<Action>> _finished = [];
    private readonly HashSet<LabRun> _finishing = [];
    private readonly List<((LabRun Run, int Events)[] Until, Action Then)> _waiting = [];
    private readonly Dictionary<(string Run, Type Kind), long> _underWay = [];
    private LabTimer? _again,
        _patience;
    private readonly BackOff _pauses = new(random: null, LabLimits.StoreAgain, LabLimits.StoreAgainAtMost);

    /// <summary>What keeps the runs from being stored; null when nothing does.</summary>
    public Message? Problem { get; private set; }

    /// <summary>What happened to the store that one should know of, until the next run starts.</summary>
    public Message? Notice { get; private set; }

    /// <summary>True while so much waits to be stored that no new run is taken.</summary>
    public bool Full => Problem is not null && All.Sum(r => r.Log.Events.Count - r.Log.Stored) > LabLimits.Unstored;

    /// <summary>Takes over runs that an earlier server left: those it was in the middle of are interrupted.</summary>
    public void Restore(IReadOnlyList<RunFile> left)
    {
        foreach (RunFile file in left)
        {
            LabRun run = LabRun.Restore(file);
            long end = file.Events.Count == 0 ? 0 : file.Events.Max(e => e.T);
            if (
                run.Log.Events.LastOrDefault(e => e is NoteEvent { Code: NoteCodes.Repeating or NoteCodes.RepeatingEnded }) is NoteEvent
                {
                    Code: NoteCodes.Repeating
                } repeating
            )
            {
                Message ended = Message.Of(NoteCodes.RepeatingEnded, ("attempts", ""), ("after", end - repeating.T), ("end", "interrupted"));
                // The step's title in every language.
                run.Append(
                    new NoteEvent
                    {
                        T = end,
                        Message = ended with { Args = ended.Args.Concat(repeating.Message.Args.Where(a => a.Key.Split('@')[0] == "step")).ToDictionary() },
                    }
                );
            }
            run.Over = end;
            if (run.Progress.Outcome != Outcome.Running)
            {
                Finish(run);
                continue;
            }
            run.Append(
                new EndEvent
                {
                    T = end,
                    Outcome = Outcome.Interrupted,
                    Reason = Message.Of("end.server-ended"),
                }
            );
            lab.Runs.Add(run);
            lab.Log(LogLevel.Warning, Message.Of("log.run-interrupted", ("run", run.Id)));
        }
        lab.Changed();
    }

    /// <summary>Has a new run kept; the run may start meanwhile, once that was tried.</summary>
    public void Create(RunHeader header, Action then)
    {
        Notice = null;
        _creating[header.Id] = new(header, then);
        if (Problem is not null)
            Started(header.Id);
    }

    /// <summary>A run left the lab.</summary>
    public void Finish(LabRun run) => _leaving.Add(run);

    /// <summary>A run that is open, or that left and is not finished in the store yet; null for any other.</summary>
    public LabRun? Find(string run) => All.FirstOrDefault(r => r.Id == run);

    /// <summary>Calls back once a run that was put away is finished in the store, or nobody can wait for that.</summary>
    public void WhenFinished(LabRun run, Action then)
    {
        if (!_leaving.Contains(run) || Problem is not null)
            then();
        else if (_finished.TryGetValue(run, out List<Action>? others))
            others.Add(then);
        else
            _finished[run] = [then];
    }

    /// <summary>Calls back once all that was appended so far may be shown.</summary>
    public void WhenShown(Action then) => _waiting.Add(([.. All.Where(r => r.Log.Shown < r.Log.Events.Count).Select(r => (r, r.Log.Events.Count))], then));

    public void Answered(LabInput input)
    {
        switch (input)
        {
            case RunCreated created:
                Ended<CreateRun>(created.Run);
                Started(created.Run);
                _creating.Remove(created.Run);
                Works();
                break;
            case RunNotCreated failed:
                Ended<CreateRun>(failed.Run);
                Fails(failed.Why);
                break;
            case EventsStored stored when Find(stored.Run) is { } run:
                Ended<StoreEvents>(run.Id);
                run.Log.BatchStored();
                Works();
                break;
            case EventsNotStored failed when Find(failed.Run) is { } run:
                Ended<StoreEvents>(run.Id);
                run.Log.BatchFailed();
                Fails(failed.Why);
                break;
            case RunFinished finished when Find(finished.Run) is { } run:
                Ended<FinishRun>(run.Id);
                _finishing.Remove(run);
                _leaving.Remove(run);
                Works();
                ReportFinished(run);
                break;
            case RunNotFinished failed when Find(failed.Run) is { } run:
                Ended<FinishRun>(run.Id);
                _finishing.Remove(run);
                Fails(failed.Why);
                break;
            case StoreRenewed renewed:
                Renew(renewed);
                break;
            default:
                break;
        }
    }

    /// <summary>At the end of an input: what is new is to be stored or shown, and who waits for that is told.</summary>
    public void Flush()
    {
        if (_again is null)
            Store();
        foreach (LabRun run in All)
        {
            if (run.Log.TakeNews(unstored: Problem is not null) is { Count: > 0 } news)
                lab.Emit(new ShowEvents(new(run.Id, news)));
        }
        for (int i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Until.Any(u => u.Run.Log.Shown < u.Events))
                continue;
            Action then = _waiting[i].Then;
            _waiting.RemoveAt(i--);
            then();
        }
    }

    private IEnumerable<LabRun> All => lab.Runs.Concat(_leaving);

    private void Store()
    {
        foreach (Creation creation in _creating.Values)
        {
            if (!_underWay.ContainsKey((creation.Header.Id, typeof(CreateRun))))
                Begin(creation.Header.Id, new CreateRun(creation.Header));
        }
        foreach (LabRun run in All.Where(r => !_creating.ContainsKey(r.Id)))
        {
            if (run.Log.TakeBatch() is { } batch)
                Begin(run.Id, new StoreEvents(run.Id, batch));
        }
        foreach (LabRun run in _leaving.Where(r => r.Log.AllStored && !_creating.ContainsKey(r.Id) && _finishing.Add(r)))
            Begin(run.Id, new FinishRun(run.Settled, run.Progress));
    }

    private void Begin(string run, LabEffect write)
    {
        _underWay[(run, write.GetType())] = lab.Now;
        lab.Emit(write);
        _patience ??= lab.After(LabLimits.StorePatience, OutOfPatience);
    }

    private void Ended<T>(string run)
        where T : LabEffect => _underWay.Remove((run, typeof(T)));

    private void OutOfPatience()
    {
        _patience = null;
        if (_underWay.Count == 0)
            return;
        if (IsLate)
            Say(new Message("store.slow"));
        _patience = lab.After(LabLimits.StorePatience, OutOfPatience);
    }

    private bool IsLate => _underWay.Values.Any(began => lab.Now - began >= LabLimits.StorePatience.Nanoseconds());

    // The run can begin, whether it is kept already or will be.
    private void Started(string run)
    {
        if (_creating.TryGetValue(run, out Creation? creation) && creation.Then is { } then)
        {
            _creating[run] = creation with { Then = null };
            lab.Soon(then);
        }
    }

    private void Works()
    {
        _again?.Cancel();
        _again = null;
        _pauses.Reset();
        if (Problem is null || IsLate)
            return;
        Problem = null;
        lab.Log(LogLevel.Information, new Message("store.works"));
        lab.Changed();
    }

    private void Fails(Message why)
    {
        Say(why);
        if (_again is not null)
            return;
        _again = lab.After(_pauses.Next(), () => _again = null);
    }

    // Whoever waits for the store waits no longer.
    private void Say(Message why)
    {
        if (Problem != why)
        {
            Problem = why;
            lab.Log(LogLevel.Error, why);
            lab.Changed();
        }
        foreach (string run in _creating.Keys.ToArray())
            Started(run);
        foreach (LabRun run in _finished.Keys.ToArray())
            ReportFinished(run);
    }

    // What the lab has of its runs is all there is of them now.
    private void Renew(StoreRenewed renewed)
    {
        if (renewed.Empty)
        {
            foreach (LabRun run in All)
            {
                run.Log.Unstore();
                _creating.TryAdd(run.Id, new(run.Settled, null));
            }
            _finishing.Clear();
            _underWay.Clear();
        }
        Notice = renewed.What;
        lab.Log(LogLevel.Error, renewed.What);
        lab.Changed();
    }

    private void ReportFinished(LabRun run)
    {
        if (!_finished.Remove(run, out List<Action>? waiting))
            return;
        foreach (Action then in waiting)
            then();
    }

    /// <param name="Header">The run.</param>
    /// <param name="Then">Starts it; null once that was done.</param>
    private sealed record Creation(RunHeader Header, Action? Then);
}
