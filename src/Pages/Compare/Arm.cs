using Microsoft.AspNetCore.Components.Forms;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Replay;

namespace ReuseAddrDashboard.Pages.Compare;

/// <summary>One of two runs that stand side by side: open in the lab, fetched from the history, or read from a file.</summary>
internal sealed class Arm(LabStore store, RunLibrary library, RunFileSource files, TimeProvider time)
{
    private Timeline? _stored;
    private string? _asked;

    /// <summary>The run, or the address of a run file, which has a slash; null for none, and for a file of this person's.</summary>
    public string? Id { get; private set; }

    /// <summary>What the file of this person's is called; null for none.</summary>
    public string? File { get; private set; }

    /// <summary>True when there is a run to show, or may yet be.</summary>
    public bool IsChosen => Id is not null || File is not null;

    private bool IsAddress => Id?.Contains('/') == true;

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

    /// <summary>Another run; a file that was chosen stays where the address names none.</summary>
    public void Choose(string? id)
    {
        if (Id == id || id is null && File is not null)
            return;
        Clear();
        Id = id;
    }

    /// <summary>None.</summary>
    public void Clear() => (Id, File, Open, Timeline, Trouble, _stored, _asked) = (null, null, null, null, null, null, null);

    /// <summary>A file of this person's; what cannot be read leaves everything as it was, but for why.</summary>
    public async Task Take(IBrowserFile file, CancellationToken cancel)
    {
        (RunFile? run, Message? trouble) = await files.Read(file, cancel);
        if (run is not null)
        {
            Clear();
            File = file.Name;
            await Fold(run, () => File == file.Name, cancel);
        }
        Trouble = trouble;
    }

    /// <summary>Takes what the lab has of it now; what it has no more stays as it was last.</summary>
    public void Follow()
    {
        Open = Id is null || IsAddress ? null : store.State?.FindRun(Id);
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
        (RunFile? run, Message? trouble) = IsAddress ? await files.Read(id, cancel) : await library.Get(id, cancel);
        // A run that was just begun may be announced after it was asked for: then the lab has it.
        if (Id != id || store.State?.FindRun(id) is not null)
            return false;
        Trouble = trouble;
        return run is null || await Fold(run, () => Id == id, cancel);
    }

    // False where another was chosen meanwhile.
    private async Task<bool> Fold(RunFile run, Func<bool> isStill, CancellationToken cancel)
    {
        RunHeader header = RunFiles.HeaderOf(run);
        var log = new OpenLog(time);
        log.Append(new RunBatch(run.Id, run.Events, run.Events.Count));
        while (log.MayFold)
        {
            log.Fold(header, OpenLog.Slice);
            await Task.Delay(OpenLog.Pause, time, cancel);
            if (!isStill())
                return false;
        }
        Timeline = _stored = log.Timeline(header);
        Now = Timeline.End;
        return true;
    }
}
