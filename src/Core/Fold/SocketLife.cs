using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// One socket from its coming to its going, by what all sources say of it in the order of time. The first to tell of a state begins it, which is the most exact
/// one:
/// a trace tells the change itself, the others see it later. What the others say then confirms it, or contradicts.
/// </summary>
internal sealed class SocketLife(string host, TcpEndpoint local, TcpEndpoint remote, ulong inode)
{
    /// <summary>
    /// Nanoseconds between a change and the moment at which it is told to be: a look-up that was interrupted, stamps of two clocks read one after the other.
    /// </summary>
    private const long Slack = 10_000_000;

    private readonly List<SightedState> _states = [];

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    public SocketLife Copy()
    {
        var copy = new SocketLife(host, local, remote, Inode) { TakenOverBy = TakenOverBy };
        copy._states.AddRange(_states.Select(s => s.Copy()));
        return copy;
    }

    public string Host => host;

    public TcpEndpoint Local => local;

    public TcpEndpoint Remote => remote;

    /// <summary>0 while nobody told it.</summary>
    public ulong Inode { get; set; } = inode;

    public IReadOnlyList<SightedState> States => _states;

    public bool IsOver => _states is [.., { End: not null }];

    /// <summary>True for an end that is told of a minisock which this one has never been: of the one whose place it took.</summary>
    public bool IsEndOfAnother(StateSighting s) =>
        s is { To: null, From: TcpState.FinWait2 or TcpState.TimeWait }
        && !_states.Exists(b => b.State is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.TimeWait);

    /// <summary>True for a socket that begins to connect while this one, another, has the same two ends: its connect() finds that, and fails.</summary>
    public bool IsBesideOf(StateSighting s) =>
        s.To == TcpState.SynSent
        && s.Inode != 0
        && Inode != 0
        && s.Inode != Inode
        && _states is [.., { End: null, State: not (TcpState.FinWait2 or TcpState.TimeWait) }];

    /// <summary>Takes what was seen in; false when it is of another socket with the same addresses, which follows this one.</summary>
    public bool TryTake(StateSighting s, List<Disagreement> contradictions)
    {
        if (!s.IsAlone && Inode == 0)
            Inode = s.Inode;
        if (s.To is null)
            Ends(s, contradictions);
        else if (_states.Count == 0)
            _states.Add(new SightedState(s, null));
        else if (_states.FindLast(b => b.May(s, Slack)) is { } seen)
            seen.Confirm(s);
        else if (_states[^1].End is null)
            return Changes(s, _states[^1], contradictions);
        else
            return GoesOn(s, _states[^1], contradictions);
        return true;
    }

    /// <summary>The event that shows that another socket took its addresses while it was there; null for none.</summary>
    public long? TakenOverBy { get; private set; }

    /// <summary>It goes on under other addresses.</summary>
    public void GoesOnElsewhere(long t)
    {
        if (_states is [.., { End: null } last])
            last.EndWith(t);
    }

    /// <summary>Another socket took its addresses.</summary>
    public void TakenOver(StateSighting s)
    {
        if (_states is not [.., { End: null } last])
            return;
        last.EndWith(s.T, s);
        TakenOverBy = s.Seq;
    }

    private bool Changes(StateSighting s, SightedState now, List<Disagreement> contradictions)
    {
        if (Restarts(s))
            return false;
        if (!now.IsOnlyOf(s.Source) && _states.Exists(b => b.State == s.To))
        {
            Contradict(s, s.T, s.To, now, contradictions);
            return true;
        }
        // A trace tells of every change of a full socket; what it did not tell of, it contradicts.
        if (s.Source != EvidenceSource.Trace && now.Has(EvidenceSource.Trace) && s.To is not (TcpState.TimeWait or TcpState.BoundInactive))
            Contradict(s, s.T, s.To, now, contradictions);
        now.EndWith(s.T, s);
        _states.Add(new SightedState(s, now));
        return true;
    }

    // A new SYN may take the place of TIME-WAIT.
    private bool Restarts(StateSighting s) =>
        remote.Port != 0
        && s.From switch
        {
            null => s.To is TcpState.SynSent or TcpState.SynRecv,
            TcpState.TimeWait => s.To is TcpState.SynSent or TcpState.SynRecv or TcpState.Established,
            _ => false,
        };

    private bool GoesOn(StateSighting s, SightedState last, List<Disagreement> contradictions)
    {
        if (last.IsSoft && s.To is TcpState.FinWait2 or TcpState.TimeWait)
        {
            last.GoOn();
            if (last.State == s.To)
            {
                last.Confirm(s);
                return true;
            }
            last.EndWith(s.T, s);
            _states.Add(new SightedState(s, last));
            return true;
        }
        if (s.From is null || Restarts(s) || s.Source == last.EndSource)
            return false;
        Contradict(s, s.T, s.To, last, contradictions);
        return true;
    }

    private void Ends(StateSighting s, List<Disagreement> contradictions)
    {
        if (_states.Count == 0)
            return;
        SightedState last = _states[^1];
        if (last.End is null)
        {
            // The full socket ends as its minisock begins.
            if (s.Source == EvidenceSource.Trace && last.State == TcpState.TimeWait && s.From != TcpState.TimeWait)
                last.Confirm(s);
            else
                last.Go(s);
            return;
        }
        if (!last.IsGone)
            return;
        if (s.After is { } there && there > last.End + Slack && s.Source != last.EndSource)
            Contradict(s, there, s.From, last, contradictions);
        else
            last.ConfirmEnd(s);
    }

    private void Contradict(StateSighting s, long t, TcpState? state, SightedState other, List<Disagreement> contradictions)
    {
        string against = other.End is null ? other.Source : other.EndSource;
        if (against == s.Source || contradictions.Exists(d => d.Band == other.Seq && d.Source == s.Source))
            return;
        contradictions.Add(
            new(host, local, remote, t, s.Source, state, against, other.End is null ? other.State : null, other.End ?? other.Begin, s.Seq, other.Seq)
        );
    }
}
