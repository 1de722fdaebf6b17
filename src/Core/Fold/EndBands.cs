using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Brings together what was seen of the sockets of one end of a connection and what they must have been. What was seen stays; what nobody saw is put between,
/// and where looking was later than
/// the change, the begin moves to what is known of it. Where the two cannot both be right, only what was seen is left.
/// </summary>
/// <param name="host">The host that has the end.</param>
/// <param name="own">The end.</param>
/// <param name="peer">Its peer.</param>
/// <param name="told">Up to when the host has told of itself, nanoseconds on the run's axis.</param>
internal sealed class EndBands(string host, TcpEndpoint own, TcpEndpoint peer, long told)
{
    /// <summary>
    /// Nanoseconds between a change and the moment at which it is told to be: a look-up that was interrupted, stamps of two clocks read one after the other.
    /// </summary>
    private const long Slack = 10_000_000;

    /// <summary>Nanoseconds after which a host that looks at its sockets must have seen one that is there, if it has told of anything later.</summary>
    private const long Patience = 500_000_000;

    /// <summary>
    /// Nanoseconds between two looks, at least: a TIME-WAIT that nobody saw cannot have been longer, for nothing but a new connection or a RST ends it sooner.
    /// </summary>
    private const long BetweenLooks = 15_000_000;

    private TcpEndpoint _local,
        _remote;

    private sealed record Piece(StateBand? Seen, SightedState? Sighted, ExpectedState? Expected)
    {
        public TcpState State => Seen?.State ?? Expected!.State;
    }

    /// <summary>
    /// The segment, by its first event, that this end cannot have taken though it was captured there: what follows from it was not so. A packet filter drops
    /// after the capture. Null for none.
    /// </summary>
    public long? NotTaken { get; private set; }

    /// <summary>
    /// The first moment at which one of those that wait to be seen would have been: once the host has told of something later, this is to be asked again. Null
    /// for none.
    /// </summary>
    public long? Waits { get; private set; }

    /// <param name="seen">The sockets that were seen, in their order.</param>
    /// <param name="expected">Those that must have been; empty where nothing may be concluded.</param>
    /// <param name="beside">Those of which nothing passed, because another had the same two ends, or there was no port.</param>
    /// <param name="tries">The same as they must have been.</param>
    public IReadOnlyList<StateBand> Merge(
        IReadOnlyList<SocketLife> seen,
        IReadOnlyList<ExpectedLife> expected,
        IReadOnlyList<SocketLife> beside,
        IReadOnlyList<ExpectedLife> tries
    )
    {
        var bands = new List<StateBand>();
        int next = 0;
        List<SocketLife> apart = [.. beside];
        foreach (ExpectedLife attempt in tries)
        {
            SocketLife? life = seen.FirstOrDefault(l =>
                l.States is [{ State: TcpState.SynSent } only] && only.Begin >= attempt.States[0].After && only.Begin <= attempt.States[0].Before
            );
            if (life is not null && !apart.Contains(life))
                apart.Add(life);
            if (life is null)
                bands.AddRange(Joined(null, attempt));
        }
        foreach (SocketLife life in apart)
            bands.AddRange(Joined(life, null));
        foreach (SocketLife life in seen)
        {
            if (life.States.Count == 0 || apart.Contains(life))
                continue;
            while (next < expected.Count && IsBefore(expected[next], life))
                bands.AddRange(Joined(null, expected[next++]));
            ExpectedLife? with = next < expected.Count && !IsAfter(expected[next], life) ? expected[next++] : null;
            bands.AddRange(Joined(life, with));
        }
        while (next < expected.Count)
            bands.AddRange(Joined(null, expected[next++]));
        return bands;
    }

    private static bool IsBefore(ExpectedLife x, SocketLife life) => x.End is { } end && end.At + Slack < (life.States[0].KnownAfter ?? life.States[0].Begin);

    private static bool IsAfter(ExpectedLife x, SocketLife life) =>
        x.States[0].At - Slack > (life.States[^1].End ?? long.MaxValue) || x.States[0].At > life.States[0].Begin + Slack && !CanContinue(x, life);

    // A life of which the begin was not captured goes on with what was.
    private static bool CanContinue(ExpectedLife x, SocketLife life) =>
        life.States.Any(s => s.State == x.States[0].State && Math.Abs(s.Begin - x.States[0].At) <= Slack);

    private IReadOnlyList<StateBand> Joined(SocketLife? life, ExpectedLife? x)
    {
        List<SightedState> states = life is null ? [] : [.. life.States];
        (_local, _remote) = life is null ? (own, peer) : (life.Local, life.Remote);
        int known = x?.States.Count ?? 0;
        // What nobody saw though it would have been seen was concluded wrongly, and so is all that follows from it.
        while (known > 0)
        {
            if (Arrange(states, life, x!.States, known) is not { } pieces)
                break;
            (IReadOnlyList<StateBand>? bands, int believed) = Draw(pieces, life, x);
            if (bands is not null)
                return bands;
            known = believed;
        }
        return
        [
            .. states
                .Select(s => s.Band(life!))
                .Select((b, i) => i == states.Count - 1 && life?.TakenOverBy is { } by ? b with { Ended = new(EndCause.TakenOver, by) } : b),
        ];
    }

    /// <summary>The states in their order; null where what was seen does not fit.</summary>
    private static List<Piece>? Arrange(List<SightedState> seen, SocketLife? life, List<ExpectedState> expected, int known)
    {
        var pieces = new List<Piece>();
        int next = 0;
        void Fill(int until)
        {
            for (; next < until; next++)
                pieces.Add(new(null, null, expected[next]));
        }
        foreach (SightedState s in seen)
        {
            int same = next;
            while (same < known && expected[same].State != s.State)
                same++;
            if (same < known)
            {
                Fill(same);
                pieces.Add(new(s.Band(life!), s, expected[next++]));
                continue;
            }
            // What is not known yet to follow must follow what is.
            if (expected.Take(known).Skip(next).Any(x => x.At > s.Begin + Slack))
                return null;
            Fill(known);
            pieces.Add(new(s.Band(life!), s, null));
        }
        // Nothing was captured of what the calls alone tell of: a RST may have come of a close.
        int sure = next;
        while (sure < known && (expected[sure].Surely || expected[sure].State is TcpState.SynSent or TcpState.SynRecv or TcpState.Established))
            sure++;
        Fill(sure);
        return pieces.Count == 0 ? null : pieces;
    }

    /// <returns>The bands; null where they cannot be right, and how many of the expected states may be believed then.</returns>
    private (IReadOnlyList<StateBand>? Bands, int Believed) Draw(List<Piece> pieces, SocketLife? life, ExpectedLife x)
    {
        var bands = new List<StateBand>(pieces.Count);
        int lastSeen = pieces.FindLastIndex(p => p.Seen is not null);
        StateBand? last = lastSeen < 0 ? null : pieces[lastSeen].Seen;
        ExpectedEnd? end = ReferenceEquals(pieces[^1].Expected, x.States[^1]) ? x.End : null;
        for (int i = 0; i < pieces.Count; i++)
        {
            Piece p = pieces[i];
            if (
                p is { Seen: { Exact: false } seen, Expected: { } known }
                && IsContradicted(known.After, known.Before ?? known.At, seen.After, seen.Begin, known.Seqs)
                && !IsRequest(seen, known)
            )
            {
                return (null, 0);
            }

            StateBand band = Begun(p);
            if (i > lastSeen && last is { Gone: not null, End: { } gone } && band.Begin > gone + Slack)
                return (null, x.States.IndexOf(p.Expected!));
            if (i > 0)
            {
                // Clamped to what is before it; further back it cannot be right.
                if (
                    bands[^1].Begin > band.Begin + Slack
                    || pieces[i - 1].Sighted?.Known is { } still && IsContradicted(null, band.Before ?? band.Begin, still, null, p.Expected?.Seqs)
                )
                {
                    return (null, 0);
                }

                band = band with { Begin = Math.Max(band.Begin, bands[^1].Begin) };
                bands[^1] = bands[^1] with
                {
                    End = band.Begin,
                    EndAfter = band.Exact ? band.Begin : band.After,
                    EndBefore = band.Exact ? band.Begin : band.Before,
                    Gone = null,
                };
            }
            bands.Add(band with { From = i == 0 ? p.Seen?.From : bands[^1].State, End = null });
        }
        if (Ended(bands[^1], pieces[^1].Sighted, last, end, life) is not { } ended)
            return (null, 0);
        bands[^1] = ended;
        Bound(bands);
        for (int i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Seen is null && IsMissed(bands[i]))
                return (null, i < lastSeen ? 0 : x.States.IndexOf(pieces[i].Expected!));
        }
        return (bands, 0);
    }

    // Each began by when it was surely over.
    private static void Bound(List<StateBand> bands)
    {
        for (int i = bands.Count - 1; i >= 0; i--)
        {
            StateBand band = bands[i];
            if (band.Exact || band.EndBefore is not { } over || band.Before <= over)
                continue;
            bands[i] = band with { Before = Math.Max(over, band.Begin) };
            if (i > 0)
                bands[i - 1] = bands[i - 1] with { EndBefore = bands[i].Before };
        }
    }

    /// <summary>
    /// True where what must have been at a moment between two was seen between two others. Where it was seen later, what it follows from was not taken.
    /// </summary>
    private bool IsContradicted(long? after, long? before, long? seenAfter, long? seenBefore, SeqList? from)
    {
        if (seenAfter > before + Slack)
        {
            NotTaken ??= from?.First;
            return true;
        }
        return after > seenBefore + Slack;
    }

    // A trace tells of a request only when it has become a socket.
    private static bool IsRequest(StateBand seen, ExpectedState x) => seen.State == TcpState.SynRecv && x.At < seen.Begin;

    private bool IsMissed(StateBand band)
    {
        if (band.State == TcpState.TimeWait)
            return band.End is not { } over || over - band.Begin > BetweenLooks;
        if ((band.End ?? told) > band.Begin + Patience)
            return true;
        if (band.End is null)
            Waits = Math.Min(band.Begin + Patience, Waits ?? long.MaxValue);
        return false;
    }

    /// <summary>The band with its begin.</summary>
    private StateBand Begun(Piece p)
    {
        if (p.Expected is not { } x)
            return p.Seen! with { Before = p.Seen!.Exact ? null : p.Seen.Begin };
        if (p.Seen is not { } seen)
            return new(host, _local, _remote, x.State, null, x.At, x.After, null, EvidenceSource.Inferred, Name(x)) { Before = x.Before, Evidence = x.Seqs };
        bool request = IsRequest(seen, x);
        if (seen.Exact && !request)
            return seen;
        long least = request ? x.After ?? long.MinValue : Math.Max(seen.After ?? long.MinValue, x.After ?? long.MinValue),
            most = Math.Min(seen.Begin, x.Before ?? long.MaxValue);
        long begin = Math.Min(Math.Max(x.At, least), seen.Begin);
        return seen with
        {
            Begin = begin,
            After = least == long.MinValue ? null : Math.Min(least, begin),
            Before = Math.Max(most, begin),
            Exact = false,
            Source = EvidenceSource.Inferred,
            Sources = seen.Sources.With(EvidenceSource.Inferred),
            Evidence = x.Seqs,
        };
    }

    /// <summary>The last band with its end; null where what was seen and what follows cannot both be.</summary>
    private StateBand? Ended(StateBand band, SightedState? sighted, StateBand? last, ExpectedEnd? end, SocketLife? life)
    {
        // The kernel's timer, not a segment, ends a TIME-WAIT, unless another connection took it over.
        if (
            band.State == TcpState.TimeWait
            && (
                last?.End is not { } over
                || end?.At > over + Slack
                || end?.At + Slack < Math.Max(sighted?.Known ?? long.MinValue, last.Gone is null ? long.MinValue : last.Gone.After ?? over)
            )
        )
        {
            end = null;
        }

        if (last is { Gone: { } gone, End: { } at })
        {
            // What must have ended it later than it went did not.
            if (end is null || end.After > at + Slack || gone.Exact)
            {
                return band with
                {
                    End = Math.Max(at, band.Begin),
                    EndAfter = gone.Exact ? at : gone.After,
                    EndBefore = at,
                    Gone = gone,
                    Ended = end is not null && Math.Abs(end.At - at) <= Slack ? end.Reason : null,
                };
            }

            if (IsContradicted(end.After, end.Before ?? end.At, gone.After, at, end.Seqs))
                return null;
            long went = Math.Clamp(end.At, Math.Min(gone.After ?? long.MinValue, at), at);
            return band with
            {
                End = Math.Max(went, band.Begin),
                EndAfter = Latest(end.After, gone.After),
                EndBefore = Math.Min(at, end.Before ?? at),
                Ended = end.At <= at + Slack ? end.Reason : null,
                Gone = gone with { After = Latest(end.After, gone.After), Sources = gone.Sources.With(EvidenceSource.Inferred) },
            };
        }
        if (last is { End: { } replaced } && life?.TakenOverBy is { } by)
        {
            long taken = end is null ? replaced : Math.Min(end.At, replaced);
            return band with
            {
                End = Math.Max(taken, band.Begin),
                EndAfter = end?.After ?? sighted?.Known,
                EndBefore = Math.Min(end?.Before ?? replaced, replaced),
                Ended = new(EndCause.TakenOver, end?.Reason?.Seq ?? by),
            };
        }
        if (end is null)
            return band;
        if (IsContradicted(null, end.Before ?? end.At, sighted?.Known, null, end.Seqs))
            return null;
        return band with
        {
            End = Math.Max(end.At, band.Begin),
            EndAfter = end.After,
            EndBefore = end.Before,
            Ended = end.Reason,
            Gone = end.Reason?.Cause == EndCause.TakenOver ? null : new(end.After, false, SourceSet.Of(EvidenceSource.Inferred), end.Seqs),
        };
    }

    private static long? Latest(long? a, long? b) => a is { } x && b is { } y ? Math.Max(x, y) : a ?? b;

    // Negative, so that it is the place of no event; of one event both ends may enter a state, and one end two.
    private long Name(ExpectedState x)
    {
        bool low = FlowKey.Of(own, peer).Low == own.Unmapped();
        return -x.Seqs.First * 32 + (int)x.State * 2 + (low ? 1 : 0);
    }
}
