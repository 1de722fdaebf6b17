using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>The log of one run as far as it has come; what is known already is dropped.</summary>
internal sealed class OpenLog
{
    /// <summary>A log that lacks more is shown as one that is being loaded; less comes before anyone could read that.</summary>
    private const int Behind = 1000;

    private readonly List<RunEvent> _events = [];
    private TimelineFold? _fold;

    /// <summary>The last seq; 0 for none.</summary>
    public long LastSeq => _events.Count == 0 ? 0 : _events[^1].Seq;

    /// <summary>How many events the run has, as last told.</summary>
    public long Total { get; private set; }

    public bool IsBehind => Total - LastSeq > Behind;

    /// <summary>What the log shows; only what came since the last time is folded.</summary>
    public Timeline Timeline(RunHeader header)
    {
        _fold ??= new(header);
        _fold.Append(_events.Skip(_fold.Log.Count));
        return _fold.Now;
    }

    /// <returns>False where events are missing before these.</returns>
    public bool Append(RunBatch batch)
    {
        Total = Math.Max(Total, batch.Total);
        foreach (RunEvent e in batch.Events)
        {
            if (e.Seq > LastSeq + 1)
                return false;
            if (e.Seq == LastSeq + 1)
                _events.Add(e);
        }
        return true;
    }
}
