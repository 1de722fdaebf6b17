using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>Finds what would help by asking the rule again with one thing changed, so that no remedy is named that does not cure.</summary>
internal static class BindRemedies
{
    private static readonly (BindRemedy Remedy, Func<BindCandidate, BindCandidate>? Mine, Func<PortSocket, BindCandidate, PortSocket?>? Its)[] All =
    [
        (BindRemedy.CandidateReuseAddr, mine => mine with { ReuseAddr = true }, null),
        (BindRemedy.OtherReuseAddr, null, (its, _) => its with { ReuseAddr = true }),
        (BindRemedy.BothReuseAddr, mine => mine with { ReuseAddr = true }, (its, _) => its with { ReuseAddr = true }),
        (BindRemedy.CandidateReusePort, mine => mine with { ReusePort = true }, null),
        (BindRemedy.OtherReusePort, null, (its, _) => its with { ReusePort = true }),
        (BindRemedy.SameUser, null, (its, mine) => its with { Uid = mine.Uid }),
        (BindRemedy.BothReusePort, mine => mine with { ReusePort = true }, (its, mine) => its with { ReusePort = true, Uid = mine.Uid }),
        (BindRemedy.CandidateV6Only, mine => mine with { V6Only = true }, null),
        (BindRemedy.CloseListener, null, (its, _) => its.State == TcpState.Listen ? null : its),
        (BindRemedy.CloseOther, null, (its, _) => its.State is TcpState.BoundInactive or TcpState.CloseWait ? null : its),
        (BindRemedy.WaitForOrphan, null, (its, _) => its.IsOrphan || its.State == TcpState.TimeWait ? null : its),
        (BindRemedy.WaitForTimeWait, null, (its, _) => its.State == TcpState.TimeWait ? null : its),
    ];

    public static IReadOnlyList<BindRemedy> For(BindCandidate candidate, IReadOnlyList<PortSocket> obstacles)
    {
        List<BindRemedy> cures = [];
        foreach ((BindRemedy remedy, Func<BindCandidate, BindCandidate>? mine, Func<PortSocket, BindCandidate, PortSocket?>? its) in All)
        {
            bool lesser = remedy switch
            {
                BindRemedy.BothReuseAddr => cures.Contains(BindRemedy.CandidateReuseAddr) || cures.Contains(BindRemedy.OtherReuseAddr),
                BindRemedy.BothReusePort => cures.Contains(BindRemedy.CandidateReusePort)
                    || cures.Contains(BindRemedy.OtherReusePort)
                    || cures.Contains(BindRemedy.SameUser),
                BindRemedy.WaitForOrphan => obstacles.All(o => o.State == TcpState.TimeWait),
                _ => false,
            };
            BindCandidate changed = mine?.Invoke(candidate) ?? candidate;
            if (!lesser && obstacles.All(o => (its is null ? o : its(o, candidate)) is not { } left || BindRule.IsFree(changed, left) == true))
                cures.Add(remedy);
        }
        return cures;
    }
}
