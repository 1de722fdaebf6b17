using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Components.Verdict;

/// <summary>Attempts that the lab made one after the other and that came out alike, or one by itself.</summary>
/// <param name="Of">The first of them.</param>
/// <param name="Last">The last; the same where there is one only.</param>
public sealed record ResultGroup(StepResult Of, StepResult Last)
{
    /// <summary>True for a single attempt.</summary>
    public bool IsOne => Of == Last;

    /// <summary>In the order of the log.</summary>
    public static IReadOnlyList<ResultGroup> All(IReadOnlyList<StepResult> results)
    {
        var groups = new List<ResultGroup>();
        foreach (StepResult result in results)
        {
            if (
                groups is [.., var last]
                && result.Repeated
                && last.Last.Repeated
                && last.Last.Step == result.Step
                && last.Last.Attempt + 1 == result.Attempt
                && last.Last.Deciding.Result.Errno == result.Deciding.Result.Errno
                && !result.Succeeded
            )
                groups[^1] = last with { Last = result };
            else
                groups.Add(new(result, result));
        }
        return groups;
    }
}
