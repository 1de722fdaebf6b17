using System.Numerics;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Which sources saw something; compared by value. Almost always one or two.</summary>
public readonly record struct SourceSet
{
    // A bit for each source that this version knows, in the order of EvidenceSource.All; the names of others, in their order.
    private readonly uint _known;
    private readonly string? _others;

    private SourceSet(uint known, string? others) => (_known, _others) = (known, others);

    /// <summary>The one that knows most exactly first, by <see cref="SourceDescription.Rank"/>, then by name.</summary>
    public IEnumerable<string> All
    {
        get
        {
            for (uint left = _known; left != 0; left &= left - 1)
                yield return EvidenceSource.All[BitOperations.TrailingZeroCount(left)].Name;
            foreach (string name in _others?.Split(' ') ?? [])
                yield return name;
        }
    }

    /// <summary>One source alone.</summary>
    public static SourceSet Of(string source) => default(SourceSet).With(source);

    /// <summary>With one source more.</summary>
    public SourceSet With(string source)
    {
        if (BitOf(source) is var bit and not 0)
            return new(_known | bit, _others);
        return Has(source) ? this : new(_known, _others is null ? source : string.Join(' ', _others.Split(' ').Append(source).Order(StringComparer.Ordinal)));
    }

    /// <summary>Whether a source is in it, by its name in <see cref="EvidenceSource"/> or its own.</summary>
    public bool Has(string source) => BitOf(source) is var bit and not 0 ? (_known & bit) != 0 : _others?.Split(' ').Contains(source) == true;

    private static uint BitOf(string source)
    {
        for (int i = 0; i < EvidenceSource.All.Count; i++)
        {
            if (EvidenceSource.All[i].Name == source)
                return 1u << i;
        }
        return 0;
    }
}
