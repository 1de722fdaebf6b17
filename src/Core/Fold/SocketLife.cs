using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// One socket from its coming to its going, by what all sources say of it in the order of time. The first to tell of a state begins it, which is the most exact one:
/// a trace tells the change itself, the others see it later. What the others say then confirms it, or contradicts.
/// </summary>
internal sealed class SocketLife(string host, Endpoint local, Endpoint remote, ulong inode)
{
    /// <summary>Nanoseconds between a change and the moment at which it is told to be: a look-up that was interrupted, stamps of two clocks read one after the other.</summary>
    private const long Slack = 10_000_000;

    private readonly List<Stay> _stays = [];

    public string Host => host;

    public Endpoint Local => local;

    public Endpoint Remote => remote;

    /// <summary>Of a socket without a peer; 0 while nobody told it.</summary>
    public ulong Inode { get; set; } = inode;

    public IReadOnlyList<Stay> Stays => _stays;

    public bool IsOver => _stays is [.., { End: not null }];

    /// <summary>Takes what was seen; false when it is of another socket with the same addresses, which follows this one.</summary>
    public bool Takes(StateSighting s, List<Disagreement> contradictions)
    {
        if (s.To is null)
            Ends(s, contradictions);
        else if (_stays.Count == 0)
            _stays.Add(new Stay(s, null));
        else if (_stays.FindLast(b => b.May(s, Slack)) is { } seen)
            seen.Confirm(s);
        else if (_stays[^1].End is null)
            return Changes(s, _stays[^1], contradictions);
        else
            return GoesOn(s, _stays[^1], contradictions);
        return true;
    }

    /// <summary>Another socket took its addresses.</summary>
    public void Replaced(long t)
    {
        if (_stays is [.., { End: null } last])
            last.EndWith(t);
    }

    private bool Changes(StateSighting s, Stay now, List<Disagreement> contradictions)
    {
        if (Restarts(s))
            return false;
        if (!now.IsOnlyOf(s.Source) && _stays.Exists(b => b.State == s.To))
        {
            Contradict(s, s.T, s.To, now, contradictions);
            return true;
        }
        // A trace tells of every change of a full socket; what it did not tell of, it contradicts.
        if (s.Source != EventSource.Trace && now.Has(EventSource.Trace) && s.To is not (TcpState.TimeWait or TcpState.BoundInactive))
            Contradict(s, s.T, s.To, now, contradictions);
        now.EndWith(s.T);
        _stays.Add(new Stay(s, now));
        return true;
    }

    // A new SYN may take the place of TIME-WAIT.
    private bool Restarts(StateSighting s) => remote.Port != 0 && s.From switch
    {
        null => s.To is TcpState.SynSent or TcpState.SynRecv,
        TcpState.TimeWait => s.To is TcpState.SynSent or TcpState.SynRecv or TcpState.Established,
        _ => false,
    };

    private bool GoesOn(StateSighting s, Stay last, List<Disagreement> contradictions)
    {
        if (last.IsSoft && s.To is TcpState.FinWait2 or TcpState.TimeWait)
        {
            last.GoOn();
            if (last.State == s.To)
            {
                last.Confirm(s);
                return true;
            }
            last.EndWith(s.T);
            _stays.Add(new Stay(s, last));
            return true;
        }
        if (s.From is null || Restarts(s) || s.Source == last.EndSource)
            return false;
        Contradict(s, s.T, s.To, last, contradictions);
        return true;
    }

    private void Ends(StateSighting s, List<Disagreement> contradictions)
    {
        if (_stays.Count == 0)
            return;
        Stay last = _stays[^1];
        if (last.End is null)
        {
            // The full socket ends as its minisock begins.
            if (s.Source == EventSource.Trace && last.State == TcpState.TimeWait && s.From != TcpState.TimeWait)
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

    private void Contradict(StateSighting s, long t, TcpState? state, Stay other, List<Disagreement> contradictions)
    {
        EventSource against = other.End is null ? other.Source : other.EndSource;
        if (against == s.Source || contradictions.Exists(d => d.Band == other.Seq && d.Source == s.Source))
            return;
        contradictions.Add(new(host, local, remote, t, s.Source, state, against, other.End is null ? other.State : null, other.End ?? other.Begin, s.Seq, other.Seq));
    }
}
