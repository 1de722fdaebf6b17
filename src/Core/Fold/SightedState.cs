using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One state of a socket as the sources told of it, while it is put together.</summary>
internal sealed class SightedState
{
    /// <summary>Nanoseconds by which a reading of a timer must differ from a better source's before it is believed: the timer was set anew.</summary>
    private const long SetAnew = 100_000_000;

    private SeqList _seen = SeqList.Empty,
        _ends = SeqList.Empty;
    private (string Source, long T, long Left)? _timer;
    private SourceSet _sources,
        _endSources;
    private long? _after,
        _endAfter;
    private bool _endExact;
    private long? _known;

    /// <param name="s">What was seen first of it.</param>
    /// <param name="before">What it follows; null for the first of a socket.</param>
    public SightedState(StateSighting s, SightedState? before)
    {
        (State, From, Begin, Exact, Source, Seq) = (s.To!.Value, before?.State, s.T, s.Exact, s.Source, s.Seq);
        // The one before was seen at the end of a look, and may have been over by then.
        _after =
            s.Exact ? null
            : before is null ? s.After
            : s.After is { } after ? Math.Max(after, (before.Exact ? before.Begin : before.KnownAfter) ?? after)
            : null;
        _sources = SourceSet.Of(s.Source);
        _known = s.Exact ? s.T : null;
        Read(s);
    }

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    public SightedState Copy() => (SightedState)MemberwiseClone();

    public TcpState State { get; }

    public TcpState? From { get; }

    public long Begin { get; }

    public bool Exact { get; }

    public string Source { get; }

    public long Seq { get; }

    public long? End { get; private set; }

    /// <summary>True when the socket's end, not another state, ended it.</summary>
    public bool IsGone => _ends.Count > 0;

    /// <summary>Only the full socket is known to have ended: a minisock may have taken its place.</summary>
    public bool IsSoft { get; private set; }

    /// <summary>Who told the end best; the source of the state itself while nobody has.</summary>
    public string EndSource => IsGone ? _endSources.All.First() : Source;

    public bool Has(string source) => _sources.Has(source);

    /// <summary>True when nobody but <paramref name="source"/> ever spoke of it.</summary>
    public bool IsOnlyOf(string source) => _sources == SourceSet.Of(source);

    /// <summary>True when the state may have been so at the moment at which <paramref name="s"/> saw it.</summary>
    public bool May(StateSighting s, long slack) => State == s.To && Begin <= s.T && (End is not { } end || (s.After ?? s.T) <= end + slack);

    /// <summary>The last moment at which it was known not to be so; null for none.</summary>
    public long? KnownAfter => _after;

    /// <summary>The last moment at which it surely was so; null where nothing tells but that it was seen.</summary>
    public long? Known => _known;

    public void Confirm(StateSighting s)
    {
        _sources = _sources.With(s.Source);
        _seen = _seen.With(s.Seq);
        if (s.From == State)
            KnowAt(s.After);
        if (!Exact && s.From != s.To && s.After is { } after && after < Begin && (_after is not { } before || after > before))
            _after = after;
        Read(s);
    }

    /// <summary>Another state follows.</summary>
    /// <param name="t">The moment at which it was seen.</param>
    /// <param name="s">Who saw it; null where another socket took the addresses.</param>
    public void EndWith(long t, StateSighting? s = null)
    {
        (End, IsSoft) = (t, false);
        if (s?.From == State)
            KnowAt(s.After);
    }

    /// <summary>The socket went.</summary>
    public void Go(StateSighting s)
    {
        (End, _endAfter, _endExact) = (s.T, s.Exact ? null : s.After, s.Exact);
        if (s.From == State)
            KnowAt(s.After);
        IsSoft = s.Source == EvidenceSource.Trace && s.From is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing;
        ConfirmEnd(s);
    }

    public void ConfirmEnd(StateSighting s)
    {
        _endSources = _ends.Count == 0 ? SourceSet.Of(s.Source) : _endSources.With(s.Source);
        _ends = _ends.With(s.Seq);
        if (!_endExact && s.After is { } after && after <= End && (_endAfter is not { } before || after > before))
            _endAfter = after;
    }

    /// <summary>It went on after all: the events of the end tell of the full socket.</summary>
    public void GoOn()
    {
        (End, IsSoft) = (null, false);
        _seen = _ends.All.Aggregate(_seen, (seen, seq) => seen.With(seq));
        _ends = SeqList.Empty;
    }

    /// <summary>The band as the sources have it.</summary>
    public StateBand Band(SocketLife of) =>
        new(of.Host, of.Local, of.Remote, State, From, Begin, _after, End, Source, Seq)
        {
            Sources = _sources,
            Exact = Exact,
            SeenFrom = IsConcluded(of) ? null : Begin,
            Before = IsConcluded(of) && _after < Begin ? Begin : null,
            Seen = _seen,
            Gone = IsGone ? new SocketEnd(_endAfter, _endExact, _endSources, _ends) : null,
        };

    // The log itself says so of a connection of a capture file: where nothing lies between its bounds, only its cause was seen.
    private bool IsConcluded(SocketLife of) => of.Remote.Port != 0 && IsOnlyOf(EvidenceSource.Inferred);

    /// <summary>The bar of a TIME-WAIT.</summary>
    /// <param name="band">Its band, as it is drawn.</param>
    public TimeWaitBar Bar(StateBand band) =>
        new(band.Host, band.Local, band.Remote, band.Begin, band.After, _timer?.T ?? Begin, _timer?.Left ?? 0, band.End, band.Seq)
        {
            TimerSource = _timer?.Source,
        };

    private void KnowAt(long? t)
    {
        if (t is { } moment && !(moment <= _known))
            _known = moment;
    }

    private void Read(StateSighting s)
    {
        if (s.Timer is not { } timer)
            return;
        // Overdue: the timer wheel is late, and the timer ran out when it did.
        if (_timer is { } known && timer.Left == 0 && s.T >= known.T + known.Left)
            return;
        // /proc counts in 10 ms, sock_diag in ticks of the kernel, a trace tells the moment itself.
        bool better = _timer is not { } old || Rank(s.Source) >= Rank(old.Source) || Math.Abs(s.T + timer.Left - (old.T + old.Left)) > SetAnew;
        if (better)
            _timer = (s.Source, s.T, timer.Left);
    }

    private static int Rank(string source) => EvidenceSource.Describe(source).Rank;
}
