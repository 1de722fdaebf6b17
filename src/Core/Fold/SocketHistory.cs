using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What the socket tables said in the course of the log.</summary>
internal sealed class SocketHistory
{
    private readonly List<StateBand> _bands = [];
    private readonly List<TimeWaitBar> _timeWaits = [];
    private readonly Dictionary<SocketIdentity, (int Band, int? TimeWait, SocketNow Row)> _open = [];

    public IReadOnlyList<StateBand> Bands => _bands;

    public IReadOnlyList<TimeWaitBar> TimeWaits => _timeWaits;

    /// <summary>Rows at the end of the log, in the order of ss.</summary>
    public IReadOnlyList<SocketNow> Now => [.. _open.Values.OrderBy(o => _bands[o.Band].Seq).Select(o => o.Row).InTableOrder(r => r.Reading)];

    public static SocketHistory Of(IEnumerable<RunEvent> log, RowOwners owners)
    {
        var history = new SocketHistory();
        foreach (RunEvent e in log)
        {
            if (e is SocketEvent { Host: { } host } s && owners.IsOwn(s))
                history.Add(host, s);
        }
        return history;
    }

    private void Add(string host, SocketEvent e)
    {
        SocketIdentity key = e.Identity;
        bool known = _open.TryGetValue(key, out (int Band, int? TimeWait, SocketNow Row) old);
        if (known && _bands[old.Band].State == e.To)
        {
            SocketNow again = old.Row with { Reading = e };
            _open[key] = old with { Row = again };
            if (old.TimeWait is { } bar && e.Timer is { } read)
                _timeWaits[bar] = _timeWaits[bar] with { ReadAt = e.T, Left = read.Left };
            return;
        }
        if (known)
        {
            _bands[old.Band] = _bands[old.Band] with { End = e.T };
            if (old.TimeWait is { } bar)
                _timeWaits[bar] = _timeWaits[bar] with { GoneAt = e.T };
            _open.Remove(key);
        }
        if (e.To is not { } state)
            return;
        int? timeWait = null;
        if (state == TcpState.TimeWait)
        {
            timeWait = _timeWaits.Count;
            _timeWaits.Add(new(host, e.Local, e.Remote, e.T, e.After, e.T, e.Timer?.Left ?? 0, null, e.Seq));
        }
        var row = new SocketNow(host, e, e.T);
        _open[key] = (_bands.Count, timeWait, row);
        _bands.Add(new(host, e.Local, e.Remote, state, known ? _bands[old.Band].State : null, e.T, e.After, null, e.Source, e.Seq));
    }
}
