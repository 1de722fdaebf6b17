namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Places in the log, compared by value.</summary>
public sealed class SeqList : IEquatable<SeqList>
{
    public static readonly SeqList Empty = new([]);

    private readonly long[] _seqs;

    public SeqList(IEnumerable<long> seqs) => _seqs = [.. seqs];

    /// <summary>The first; 0 for none.</summary>
    public long First => _seqs.Length == 0 ? 0 : _seqs[0];

    public IReadOnlyList<long> All => _seqs;

    public bool Contains(long seq) => Array.IndexOf(_seqs, seq) >= 0;

    public bool Equals(SeqList? other) => other is not null && _seqs.AsSpan().SequenceEqual(other._seqs);

    public override bool Equals(object? obj) => Equals(obj as SeqList);

    public override int GetHashCode() => HashCode.Combine(_seqs.Length, First, _seqs.Length == 0 ? 0 : _seqs[^1]);
}
