namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Places in the log, compared by value.</summary>
public sealed class SeqList : IEquatable<SeqList>
{
    /// <summary>No event.</summary>
    public static readonly SeqList Empty = new([]);

    private readonly long[] _seqs;

    /// <summary>Numbers of events, kept in the order given.</summary>
    public SeqList(IEnumerable<long> seqs) => _seqs = [.. seqs];

    /// <summary>The first; 0 for none.</summary>
    public long First => _seqs.Length == 0 ? 0 : _seqs[0];

    /// <summary>In the order given.</summary>
    public IReadOnlyList<long> All => _seqs;

    /// <summary>Whether an event is among them.</summary>
    public bool Contains(long seq) => Array.IndexOf(_seqs, seq) >= 0;

    /// <summary>By content.</summary>
    public bool Equals(SeqList? other) => other is not null && _seqs.AsSpan().SequenceEqual(other._seqs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SeqList);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_seqs.Length, First, _seqs.Length == 0 ? 0 : _seqs[^1]);
}
