using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>
/// Which of the places beside a lifeline each socket's bands take: connections the lifeline itself, listeners the next outward, and any that is there at the
/// same time the next free one.
/// The run's own sockets choose first.
/// </summary>
internal sealed class Slots
{
    private readonly Dictionary<StateBand, int> _of = new(ReferenceEqualityComparer.Instance);
    private readonly List<(string Host, int Slot)> _sockets = [];

    public int this[StateBand band] => _of[band];

    /// <summary>How many places the sockets of a host take; at least 1.</summary>
    public int Count(string host) => _sockets.Where(s => s.Host == host).Select(s => s.Slot + 1).DefaultIfEmpty(1).Max();

    /// <summary>How many sockets have a place beyond so many.</summary>
    public int Beyond(string host, int places) => _sockets.Count(s => s.Host == host && s.Slot >= places);

    public static Slots Assign(IReadOnlyList<StateBand> bands, OwnSockets own)
    {
        var slots = new Slots();
        foreach (IGrouping<string, StateBand> host in bands.GroupBy(b => b.Host))
        {
            var taken = new List<List<(long Begin, long End)>>();
            foreach (IReadOnlyList<StateBand> life in Lives(host).OrderBy(l => !own.Has(l[0])))
            {
                long begin = life[0].Begin,
                    end = life[^1].End ?? long.MaxValue;
                int slot = life[0].State is TcpState.Listen or TcpState.BoundInactive ? 1 : 0;
                while (slot < taken.Count && taken[slot].Exists(t => t.Begin < end && begin < t.End || t.Begin == begin))
                    slot++;
                while (taken.Count <= slot)
                    taken.Add([]);
                taken[slot].Add((begin, end));
                slots._sockets.Add((host.Key, slot));
                foreach (StateBand band in life)
                    slots._of[band] = slot;
            }
        }
        return slots;
    }

    /// <summary>The bands of one socket from its coming to its going, in the order of coming.</summary>
    /// <param name="bands">In the order of their begin.</param>
    private static IEnumerable<IReadOnlyList<StateBand>> Lives(IEnumerable<StateBand> bands)
    {
        var lives = new List<List<StateBand>>();
        foreach (StateBand band in bands)
        {
            List<StateBand>? same = lives.FindLast(l =>
                band.From is not null && l[^1].Local == band.Local && l[^1].Remote == band.Remote && l[^1].State == band.From
            );
            if (same is null)
                lives.Add([band]);
            else
                same.Add(band);
        }
        return lives.OrderBy(l => l[0].Begin);
    }
}
