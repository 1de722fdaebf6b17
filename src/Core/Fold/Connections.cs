using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One attempt to connect and what became of it, by the calls on both ends.</summary>
/// <param name="connect">The call that opened it.</param>
/// <param name="serverHost">Whose its peer is.</param>
/// <param name="slack">Nanoseconds by which the stamp of a segment may lie before the call that sent it.</param>
internal sealed class Connection(FlowCall connect, string serverHost, long slack)
{
    public CallEvent Connect { get; } = connect.Call!;

    public string ClientHost => connect.Host;

    public string ServerHost => serverHost;

    public TcpEndpoint ClientEnd => connect.Own;

    public TcpEndpoint ServerEnd => connect.Peer;

    public CallEvent? Accept { get; set; }

    /// <summary>The client's close or shutdown of its writing side.</summary>
    public FlowCall? ClientClose { get; set; }

    public FlowCall? ServerClose { get; set; }

    /// <summary>The reads that returned 0, on either end.</summary>
    public List<FlowCall> EndsRead { get; } = [];

    /// <summary>When the next attempt with the same ends began; the end of time where there was none.</summary>
    public long Until { get; set; } = long.MaxValue;

    /// <summary>True for a moment between this attempt and the next with the same ends.</summary>
    public bool Covers(long t) => t >= Connect.T - slack && t < Until - slack;

    /// <summary>True when the band is that of one of its ends, and not of an attempt before or after it.</summary>
    public bool Has(StateBand band, TcpEndpoint end) => band.Local.Unmapped() == end && !(band.End <= Connect.T) && band.Begin < Until;
}

/// <summary>Finds the attempts to connect among the calls of a flow.</summary>
internal static class Connections
{
    /// <summary>Nanoseconds that stamps of one clock may be apart.</summary>
    private const long Stamps = 1_000_000;

    public static IReadOnlyList<Connection> Find(Flow flow, FlowEnds? ends, FlowContext context)
    {
        var all = new List<Connection>();
        if (ends is null)
            return all;
        // A log is in the order of arrival; what is told of two hosts may have crossed.
        foreach (FlowCall call in flow.Calls.OrderBy(c => c.T).ThenBy(c => c.Seq))
        {
            if (call is { Act: FlowAct.Connect, Call: { } connect })
            {
                if (all.Count > 0)
                    all[^1].Until = connect.T;
                all.Add(new(call, ends.HostOf(call.Peer), Stamps + context.Apart(ends.Low, ends.High, connect.T)));
                continue;
            }
            // An accept that began before the connect waited for it.
            Connection? of =
                call.Act == FlowAct.Accept ? all.Find(c => c.Accept is null && c.Connect.Succeeded && c.ServerEnd == call.Own)
                : all.Count > 0 && all[^1].Connect.Succeeded ? all[^1]
                : null;
            if (of is null)
                continue;
            switch (call.Act)
            {
                case FlowAct.Accept:
                    of.Accept = call.Call;
                    break;
                case FlowAct.Close when call.Own == of.ClientEnd:
                    of.ClientClose ??= call;
                    break;
                case FlowAct.Close:
                    of.ServerClose ??= call;
                    break;
                case FlowAct.EndRead:
                    of.EndsRead.Add(call);
                    break;
            }
        }
        return all;
    }
}
