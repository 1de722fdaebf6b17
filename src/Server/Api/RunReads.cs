using System.Data.Common;
using System.Text.Json;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Reads runs: those that a lab still has from the lab, as they were shown, and all others from the store.</summary>
internal sealed class RunReads(IGrainFactory grains, LabSetups setups, RunStore store, StoreWriter writer, DataDirectory data)
{
    /// <summary>A run with its log, or why there is none.</summary>
    public async Task<(RunFile? Run, Problem? Problem)> Find(string id, CancellationToken cancel)
    {
        (_, (RunHeader Header, IReadOnlyList<RunEvent> Events)? log) = await InLabs(id);
        if (log is var (header, events))
            return (RunFiles.Make(header, events), null);
        return await FromStore<RunFile>(id, async () => await store.Find(id, cancel) is { } stored ? (stored, null) : (null, Unknown(id)));
    }

    /// <summary>The lab that a run belongs to, or why there is none.</summary>
    public async Task<(string? Lab, Problem? Problem)> LabOf(string id, CancellationToken cancel)
    {
        (string? open, _) = await InLabs(id);
        if (open is not null)
            return (open, null);
        return await FromStore<string>(id, async () => await store.LabOf(id, cancel) is { } lab ? (lab, null) : (null, Unknown(id)));
    }

    /// <summary>Lines of the list, newest first.</summary>
    public async Task<(IReadOnlyList<RunSummary>? Runs, Problem? Problem)> List(RunQuery query, CancellationToken cancel) => await FromStore<IReadOnlyList<RunSummary>>(null, async () =>
    {
        var list = new List<RunSummary>();
        foreach ((string id, RunSummary? summary) in await store.List(query, cancel))
        {
            if (summary is not null)
                list.Add(summary);
            else if ((await Find(id, cancel)).Run is { } run)
                list.Add(RunStore.SummaryOf(run));
        }
        return (list, null);
    });

    /// <summary>Deletes a run that is over.</summary>
    /// <returns>Why it was not; null when it was.</returns>
    public async Task<Problem?> Delete(string id, CancellationToken cancel)
    {
        (string? open, _) = await InLabs(id);
        if (open is not null)
            return Problems.Of(StatusCodes.Status409Conflict, Message.Of(EdgeCodes.RunOpen, ("run", id)), id);
        return (await FromStore<string>(id, async () =>
        {
            if (await store.LabOf(id, cancel) is null)
                return (null, Unknown(id));
            await writer.Write(s => s.Delete(id));
            return (id, null);
        })).Item2;
    }

    public static Problem Unknown(string id) => Problems.Of(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.UnknownRun, ("run", Problems.Short(id))));

    private async Task<(string? Lab, (RunHeader Header, IReadOnlyList<RunEvent> Events)? Log)> InLabs(string id)
    {
        foreach (LabSetup lab in setups.All)
        {
            if ((await grains.GetGrain<ILabGrain>(lab.Id).Log(id)).Value is { } log)
                return (lab.Id, log);
        }
        return default;
    }

    private async Task<(T?, Problem?)> FromStore<T>(string? id, Func<Task<(T?, Problem?)>> read) where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is DbException or Microsoft.EntityFrameworkCore.DbUpdateException or IOException)
        {
            return (null, Problems.Of(StatusCodes.Status503ServiceUnavailable, StoreFaults.Message(StoreFaults.StateAfter(e), data.Path), id));
        }
        catch (JsonException)
        {
            return (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, Message.Of(EdgeCodes.Unreadable, ("run", Problems.Short(id))), id));
        }
    }
}
