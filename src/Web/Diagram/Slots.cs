using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>Which of the places beside a lifeline each socket's bands take: connections the lifeline itself, listeners the next outward.</summary>
internal sealed class Slots
{
    private readonly Dictionary<StateBand, int> _of = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _count = [];

    public int this[StateBand band] => _of[band];

    public int Count(string host) => _count.GetValueOrDefault(host, 1);

    public static Slots Of(IReadOnlyList<StateBand> bands)
    {
        var slots = new Slots();
        foreach (IGrouping<string, StateBand> host in bands.GroupBy(b => b.Host))
        {
            var until = new List<long>();
            foreach (IReadOnlyList<StateBand> life in Lives(host))
            {
                long begin = life[0].Begin, end = life[^1].End ?? long.MaxValue;
                int slot = life[0].State is TcpState.Listen or TcpState.BoundInactive ? 1 : 0;
                while (slot < until.Count && until[slot] > begin)
                    slot++;
                while (until.Count <= slot)
                    until.Add(long.MinValue);
                until[slot] = end;
                foreach (StateBand band in life)
                    slots._of[band] = slot;
            }
            slots._count[host.Key] = Math.Max(1, until.Count);
        }
        return slots;
    }

    /// <summary>The bands of one socket from its coming to its going, in the order of coming.</summary>
    private static IEnumerable<IReadOnlyList<StateBand>> Lives(IEnumerable<StateBand> bands)
    {
        var lives = new List<List<StateBand>>();
        foreach (StateBand band in bands.OrderBy(b => b.Seq))
        {
            List<StateBand>? same = lives.FindLast(l => band.From is not null && l[^1].Local == band.Local && l[^1].Remote == band.Remote && l[^1].State == band.From);
            if (same is null)
                lives.Add([band]);
            else
                same.Add(band);
        }
        return lives.OrderBy(l => l[0].Begin);
    }
}
