using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Pages.Compare;

/// <summary>One of two runs that stand side by side: open in the lab, or fetched from the history.</summary>
internal sealed class Arm(LabStore store, RunLibrary library, TimeProvider time)
{
    private Timeline? _stored;
    private string? _asked;

    /// <summary>The run; null for none.</summary>
    public string? Id { get; private set; }

    /// <summary>The run while it is open; null for one that is over.</summary>
    public OpenRun? Open { get; private set; }

    /// <summary>What is known of it; null before it has come.</summary>
    public Timeline? Timeline { get; private set; }

    /// <summary>Why there is nothing; null where there is, or may come.</summary>
    public Message? Trouble { get; private set; }

    /// <summary>True while much of an open run has yet to come.</summary>
    public bool Loading { get; private set; }

    /// <summary>"Now" on its axis.</summary>
    public long Now { get; private set; }

    /// <summary>Another run, or none.</summary>
    public void Choose(string? id)
    {
        if (Id == id)
            return;
        (Id, Open, Timeline, Trouble, _stored, _asked) = (id, null, null, null, null, null);
    }

    /// <summary>Takes what the lab has of it now; what it has no more stays as it was last.</summary>
    public void Follow()
    {
        Open = store.State?.FindRun(Id);
        if (Open is null)
        {
            (Timeline, Loading) = (_stored ?? Timeline, false);
            return;
        }
        LabView view = store.ViewOf(Id);
        (Timeline, Now, Loading, _stored) = (view.Timeline, view.Clock.Now(time), view.Loading is not null, null);
    }

    /// <summary>Fetches it from the history where the lab does not have it.</summary>
    /// <returns>True when something came that was not there.</returns>
    public async Task<bool> Fetch(CancellationToken cancel)
    {
        if (Id is not { } id || Open is not null || _asked == id || Timeline is not null)
            return false;
        _asked = id;
        (RunFile? run, Message? trouble) = await library.Get(id, cancel);
        // A run that was just begun may be announced after it was asked for: then the lab has it.
        if (Id != id || store.State?.FindRun(id) is not null)
            return false;
        Trouble = trouble;
        if (run is null)
            return true;
        RunHeader header = RunFiles.HeaderOf(run);
        var log = new OpenLog(time);
        log.Append(new RunBatch(run.Id, run.Events, run.Events.Count));
        while (log.MayFold)
        {
            log.Fold(header, OpenLog.Slice);
            await Task.Delay(OpenLog.Pause, time, cancel);
            if (Id != id)
                return false;
        }
        Timeline = _stored = log.Timeline(header);
        Now = Timeline.End;
        return true;
    }
}
