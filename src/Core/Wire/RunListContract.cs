namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What the stored runs can be filtered by: what at least one of them has.</summary>
/// <param name="Topics">Groups of the catalogue.</param>
/// <param name="Results">What last deciding calls came to: ok, errno names, none.</param>
/// <param name="Kernels">What uname -r said on their hosts.</param>
public sealed record RunFilters(IReadOnlyList<string> Topics, IReadOnlyList<string> Results, IReadOnlyList<string> Kernels);

/// <summary>The runs that something was done with, by their ids.</summary>
/// <param name="Runs">Those of the ones that were asked for; the others are not there.</param>
public sealed record RunsDone(IReadOnlyList<string> Runs);

/// <summary>What a person may change of a run that is stored.</summary>
public sealed record RunMark
{
    /// <summary>The note, at most 500 characters; empty for none; null leaves it as it is.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the run stays whatever the bounds of the store are; null leaves it as it is.</summary>
    public bool? Kept { get; init; }
}

/// <summary>Headers of the list of runs.</summary>
public static class RunListHeaders
{
    /// <summary>How many runs the filters let through, on all pages.</summary>
    public const string Total = "X-Total-Count";

    /// <summary>How many of them are newer than the first line.</summary>
    public const string Newer = "X-Newer-Count";
}
