namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Places in the log, compared by value. What was seen again and again is many of them: a list that grew out of another shares its places.</summary>
public sealed class SeqList : IEquatable<SeqList>
{
    /// <summary>No event.</summary>
    public static readonly SeqList Empty = new([]);

    private readonly AppendList<long> _seqs;
    private readonly long? _before;

    /// <summary>Numbers of events, kept in the order given.</summary>
    public SeqList(IEnumerable<long> seqs)
        : this(null, seqs.Aggregate(AppendList<long>.Empty, (all, seq) => all.Add(seq))) { }

    private SeqList(long? before, AppendList<long> seqs) => (_before, _seqs) = (before, seqs);

    /// <summary>How many.</summary>
    public int Count => _seqs.Count + (_before is null ? 0 : 1);

    /// <summary>The first; 0 for none.</summary>
    public long First => _before ?? (_seqs.Count == 0 ? 0 : _seqs[0]);

    /// <summary>In the order given.</summary>
    public IEnumerable<long> All => _before is { } before ? _seqs.Prepend(before) : _seqs;

    /// <summary>Whether an event is among them.</summary>
    public bool Contains(long seq) => All.Contains(seq);

    /// <summary>With one event more, in the order of the log.</summary>
    internal SeqList With(long seq) => _seqs.Count == 0 || seq > _seqs[^1] ? new(_before, _seqs.Add(seq)) : new([.. All.Append(seq).Order()]);

    /// <summary>The same behind another event.</summary>
    internal SeqList After(long seq) => new(seq, _seqs);

    /// <summary>By content.</summary>
    public bool Equals(SeqList? other) =>
        other is not null && Count == other.Count && (_before == other._before && _seqs.SharesWith(other._seqs) || All.SequenceEqual(other.All));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SeqList);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, First, _seqs.Count == 0 ? First : _seqs[^1]);
}
