using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The binds and listens on one port of one network namespace, each held against the rule over the sockets that were there.</summary>
/// <param name="port">The port.</param>
/// <param name="sockets">The run's sockets there.</param>
/// <param name="memory">What the kernel's bind buckets remember.</param>
internal sealed class PortChecks(int port, LessonSockets sockets, BucketMemory memory)
{
    /// <summary>A call that was made, and what is thought of it so far.</summary>
    internal sealed class Entry(CallEvent call, HostFacts host, OwnSocket socket, PortCall asks, BindCandidate candidate)
    {
        public CallEvent Call { get; } = call;

        public HostFacts Host { get; } = host;

        public OwnSocket Socket { get; } = socket;

        public PortCall Asks { get; } = asks;

        public BindCandidate Candidate { get; } = candidate;

        public long End => Call.T + Call.Duration;

        /// <summary>The port's bucket after it.</summary>
        public BindBucket Bucket { get; set; } = BindBucket.Empty;

        public RuleCheck? Check { get; set; }

        public Entry Copy(OwnSocket socket) => new(Call, Host, socket, Asks, Candidate) { Bucket = Bucket, Check = Check };
    }

    private readonly List<Entry> _entries = [];
    private int _firstDirty;

    public PortHistory History { get; private init; } = new(sockets.OfInode);

    /// <summary>Whether a loss of events came before a call, and whether the hosts were looked at after it.</summary>
    public required Func<HostFacts, long, bool> Lost { get; init; }

    public required Func<long, bool> LookedAfter { get; init; }

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    /// <param name="socketsOfCopy">The run's sockets, for the copy.</param>
    /// <param name="copies">Which of them is which; one that only an earlier call knows is added.</param>
    /// <param name="lost">As <see cref="Lost"/>, for the copy.</param>
    /// <param name="lookedAfter">As <see cref="LookedAfter"/>, for the copy.</param>
    public PortChecks Copy(LessonSockets socketsOfCopy, Dictionary<OwnSocket, OwnSocket> copies, Func<HostFacts, long, bool> lost, Func<long, bool> lookedAfter)
    {
        var copy = new PortChecks(port, socketsOfCopy, memory)
        {
            History = History.Copy(socketsOfCopy.OfInode),
            Lost = lost,
            LookedAfter = lookedAfter,
            _firstDirty = _firstDirty,
        };
        foreach (Entry entry in _entries)
        {
            copy._entries.Add(
                entry.Copy(copies.TryGetValue(entry.Socket, out OwnSocket? socket) ? socket : copies[entry.Socket] = entry.Socket.Copy(entry.Socket.Listener))
            );
        }

        return copy;
    }

    public void Made(CallEvent call, HostFacts host, OwnSocket socket, PortCall asks, BindCandidate candidate) =>
        _entries.Add(new(call, host, socket, asks, candidate));

    /// <summary>What is known has changed from a moment on: calls that ended later are judged anew.</summary>
    public void Changed(long since)
    {
        int i = _entries.Count;
        while (i > 0 && _entries[i - 1].End >= since)
            i--;
        _firstDirty = Math.Min(_firstDirty, i);
    }

    /// <summary>The lab has gone on: what waited for the look after a call is settled.</summary>
    public void Looked()
    {
        for (int i = _entries.Count - 1; i >= 0 && (_entries[i].Check is null or { Doubt: RuleDoubt.NotLooked }); i--)
            _firstDirty = Math.Min(_firstDirty, i);
    }

    /// <summary>Judges the calls of which more is known than when they were judged last.</summary>
    /// <param name="old">What was thought of them is added here, in the order of the calls.</param>
    /// <param name="judged">What is thought of them now.</param>
    public void Judge(List<RuleCheck> old, List<RuleCheck> judged)
    {
        for (int i = _firstDirty; i < _entries.Count; i++)
        {
            if (_entries[i].Check is { } before)
                old.Add(before);
            Judge(i);
            judged.Add(_entries[i].Check!);
        }
        _firstDirty = _entries.Count;
    }

    /// <summary>Every check as it is where the hosts were looked at after the last event.</summary>
    public IEnumerable<RuleCheck> AfterLook() =>
        _entries.Select(e => e.Check!.Doubt == RuleDoubt.NotLooked ? Matched(e, e.Check.Verdict, looked: true) : e.Check!);

    /// <summary>What the rule says of a call that would be made now.</summary>
    public BindPreview Preview(
        string step,
        HostFacts host,
        PortCall asks,
        BindCandidate candidate,
        long now,
        IReadOnlyCollection<OwnSocket> apart,
        IReadOnlySet<TcpState> over,
        OwnSocket? itself
    )
    {
        List<PortOccupant> there = [.. There(now, now, apart, long.MaxValue).Where(o => !over.Contains(o.Socket.State))];
        BindVerdict verdict = BindRule.Judge(asks, candidate, [.. there.Select(o => o.Socket)], BucketBefore(_entries.Count, now, asks, there, itself));
        RuleDoubt doubt =
            verdict.Outcome == BindOutcome.Unknown ? Doubt(verdict)
            : Lost(host, long.MaxValue) ? RuleDoubt.Lost
            : verdict.Outcome == BindOutcome.Ok && !SeesBound(host) ? RuleDoubt.BoundUnseen
            : RuleDoubt.None;
        return new(host.Name, step, candidate, verdict, doubt) { At = now, Occupants = Named(verdict, there) };
    }

    private void Judge(int i)
    {
        Entry entry = _entries[i];
        CallEvent call = entry.Call;
        List<PortOccupant> there = [.. There(call.T, entry.End, [entry.Socket], call.Seq)];
        BindBucket before = BucketBefore(i, call.T, entry.Asks, there, entry.Socket);
        BindVerdict verdict = BindRule.Judge(entry.Asks, entry.Candidate, [.. there.Select(o => o.Socket)], before);
        bool? first =
            there.Count == 0 ? true
            : there.Any(o => o.Socket.Sure) ? false
            : null;
        entry.Bucket = call.Succeeded ? before.After(entry.Asks, entry.Candidate, first, memory) : before;
        RuleCheck check = Matched(entry, verdict, looked: false) with { Occupants = Named(verdict, there) };
        entry.Check = check with { Proved = Proved(entry, check, before) };
    }

    private RuleCheck Matched(Entry entry, BindVerdict verdict, bool looked)
    {
        CallEvent call = entry.Call;
        BindOutcome? real = call.Errno switch
        {
            null => BindOutcome.Ok,
            "EADDRINUSE" => BindOutcome.InUse,
            "EINVAL" when verdict.Outcome == BindOutcome.Invalid => BindOutcome.Invalid,
            _ => null,
        };
        RuleDoubt doubt =
            real is null || real == verdict.Outcome ? RuleDoubt.None
            : verdict.Outcome == BindOutcome.Unknown ? Doubt(verdict)
            : Lost(entry.Host, call.Seq) ? RuleDoubt.Lost
            : real == BindOutcome.InUse && !SeesBound(entry.Host) ? RuleDoubt.BoundUnseen
            : !looked && !LookedAfter(call.Seq) ? RuleDoubt.NotLooked
            : RuleDoubt.None;
        RuleMatch match =
            real is null ? RuleMatch.Outside
            : real == verdict.Outcome ? RuleMatch.Same
            : doubt != RuleDoubt.None ? RuleMatch.Unknown
            : RuleMatch.Differs;
        return new(call.Seq, entry.Host.Name, call.Step, call.Attempt, call.Errno, entry.Candidate, verdict, match, doubt)
        {
            At = call.T,
            Occupants = entry.Check?.Occupants ?? [],
            Quirk = match == RuleMatch.Differs ? KernelQuirks.Find(entry.Host.Kernel, entry.Candidate, verdict, real!.Value)?.Id : null,
        };
    }

    // What an answer proves of a socket that nobody owns holds for good; an owner may change its socket's options at any time.
    private IReadOnlyList<ProvedOptions> Proved(Entry entry, RuleCheck check, BindBucket before)
    {
        foreach (PortTrack track in History.Since(entry.Call.T))
            track.Proved.RemoveAll(p => p.Seq == entry.Call.Seq);
        BindOutcome? real = entry.Call.Errno switch
        {
            null => BindOutcome.Ok,
            "EADDRINUSE" => BindOutcome.InUse,
            _ => null,
        };
        if (
            check.Doubt != RuleDoubt.Options
            || real is not { } answer
            || before.Lets(entry.Asks, entry.Candidate) != false
            || Lost(entry.Host, entry.Call.Seq)
            || answer == BindOutcome.InUse && !SeesBound(entry.Host)
        )
        {
            return [];
        }

        IReadOnlyList<ProvedOptions> proved = BindProof.Proved(entry.Candidate, check.Verdict, answer);
        foreach (ProvedOptions p in proved.Where(p => p.Socket is { Inode: 0, Remote: { } } && (p.Socket.IsOrphan || p.Socket.State == TcpState.TimeWait)))
            History.Find(new(p.Socket.Local, p.Socket.Remote!.Value))?.Proved.Add((entry.Call.Seq, p.ReuseAddr, p.ReusePort));
        return proved;
    }

    // The bucket lives while any socket has the port; what strangers' binds made of it nobody here knows.
    private BindBucket BucketBefore(int i, long t, PortCall asks, IReadOnlyList<PortOccupant> there, OwnSocket? itself)
    {
        Entry? last = i == 0 ? null : _entries[i - 1];
        bool bound = asks == PortCall.Listen;
        if (!bound && there.Count == 0)
            return BindBucket.Empty;
        long from = last?.Call.T ?? long.MinValue;
        if (
            History.Alone.Any(a => a.First.T > from && (a.First.Before ?? a.First.T) <= t && sockets.OwnerOf(a, t) is null)
            || last is null && there.Any(o => o.Use != PortUse.Connected)
        )
        {
            return BindBucket.Unknown(memory);
        }

        if (last is null || last.Bucket.RemembersNothing)
            return BindBucket.Empty;
        return bound && itself?.BoundAt <= from ? last.Bucket
            : Unbroken(from, t, surely: true) ? last.Bucket
            : Unbroken(from, t, surely: false) ? last.Bucket.OrNew(memory)
            : BindBucket.Empty;
    }

    // Whether some socket had the port at every moment in between.
    private bool Unbroken(long from, long to, bool surely)
    {
        IEnumerable<(long From, long? Until)> lives = History
            .Since(from)
            .Select(t => t.Life(surely))
            .Concat(sockets.Bound.Where(s => s.Local?.Port == port && s.BoundAt is not null && !s.IsConnected).Select(s => (s.BoundAt!.Value, s.ClosedAt)));
        long covered = from;
        foreach ((long begin, long? until) in lives.OrderBy(l => l.From))
        {
            if (begin > covered)
                break;
            covered = Math.Max(covered, until ?? long.MaxValue);
        }
        return covered >= to;
    }

    private static bool SeesBound(HostFacts host) => host.Observes(SourceFact.Diag);

    private static RuleDoubt Doubt(BindVerdict verdict) => verdict.Obstacles.Any(o => o.Clause == BindClause.OtherMoved) ? RuleDoubt.Moved : RuleDoubt.Options;

    private static IReadOnlyList<PortOccupant> Named(BindVerdict verdict, List<PortOccupant> there)
    {
        PortSocket[] named = [.. verdict.Obstacles.Select(o => o.Socket), .. verdict.Remembered.Select(o => o.Socket), .. verdict.Shares];
        return [.. named.Select(s => there.Find(o => ReferenceEquals(o.Socket, s))!).Distinct()];
    }

    /// <param name="begin">Nanoseconds on the run's axis.</param>
    /// <param name="end">Not before that.</param>
    /// <param name="apart">Sockets of the run that do not count.</param>
    /// <param name="seq">The place in the log: what was proved later does not count.</param>
    private IEnumerable<PortOccupant> There(long begin, long end, IReadOnlyCollection<OwnSocket> apart, long seq)
    {
        var connected = new HashSet<OwnSocket>();
        foreach (PortTrack track in History.Since(begin))
        {
            OwnSocket? own = sockets.OwnerOf(track, begin);
            // Of the run's own sockets without a peer the run's calls tell more than any look.
            if (track.IsAlone && own is not null && (apart.Contains(own) || own.AloneAt(begin) is not null) || track.Between(begin, end) is not { } at)
                continue;
            if (own is not null && !track.IsAlone)
                connected.Add(own);
            yield return Occupant(track, own, at.State, at.Sure, at.Sight, begin, seq);
        }
        foreach (OwnSocket socket in sockets.Bound)
        {
            if (socket.Local is { } local && local.Port == port && socket.AloneAt(begin) is { } state && !apart.Contains(socket) && !connected.Contains(socket))
                yield return Occupant(socket, local, state, begin);
        }
    }

    private PortOccupant Occupant(PortTrack track, OwnSocket? own, TcpState state, bool sure, PortSight sight, long t, long seq)
    {
        (OwnSocket Listener, BindOptions Options)? unaccepted = own is null && !track.IsAlone ? sockets.Unaccepted(track, IsStrangerListening) : null;
        BindOptions options = own?.At(t) ?? unaccepted?.Options ?? Proved(track, seq);
        var socket = new PortSocket
        {
            State = state,
            Sure = sure,
            Local = track.Pair.Local,
            Remote = track.IsAlone ? null : track.Pair.Remote,
            Inode = sight.Inode,
            ReuseAddr = options.ReuseAddr,
            ReusePort = options.ReusePort,
            V6Only = track.V6Only ?? options.V6Only,
            // The tables show the owner that the kernel compares, but of a TIME-WAIT, where it compares none.
            Uid = state == TcpState.TimeWait ? null : sight.Uid,
        };
        return new(
            socket,
            own?.Program ?? unaccepted?.Listener.Program,
            own?.Name,
            own?.Use ?? (unaccepted is null ? PortUse.Unknown : PortUse.NotAccepted),
            own?.Listener?.Name ?? unaccepted?.Listener.Name,
            options.ReuseAddrFrom,
            options.ReusePortFrom,
            state == TcpState.TimeWait || socket.IsOrphan,
            sight.Ends
        );
    }

    private static PortOccupant Occupant(OwnSocket own, TcpEndpoint local, TcpState state, long t)
    {
        BindOptions options = own.At(t);
        var socket = new PortSocket
        {
            State = state,
            Local = local,
            Inode = own.Inode,
            ReuseAddr = options.ReuseAddr,
            ReusePort = options.ReusePort,
            V6Only = options.V6Only,
            Uid = own.Uid,
        };
        return new(socket, own.Program, own.Name, own.Use, null, options.ReuseAddrFrom, options.ReusePortFrom, Orphan: false, Ends: null);
    }

    private bool IsStrangerListening(long from, long to) =>
        History.Alone.Any(o => o.First.T <= to && sockets.OwnerOf(o, to) is null && o.Between(from, to) is not null);

    private static BindOptions Proved(PortTrack track, long seq)
    {
        BindOptions known = BindOptions.Unknown;
        foreach ((long at, bool? reuseAddr, bool? reusePort) in track.Proved)
        {
            if (at < seq)
                known = known with { ReuseAddr = reuseAddr ?? known.ReuseAddr, ReusePort = reusePort ?? known.ReusePort };
        }
        return known with
        {
            ReuseAddrFrom = known.ReuseAddr is null ? OptionOrigin.Unknown : OptionOrigin.Proved,
            ReusePortFrom = known.ReusePort is null ? OptionOrigin.Unknown : OptionOrigin.Proved,
        };
    }
}
