using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Reads runs: those that a lab still has from the lab, as they were shown, and all others from the store.</summary>
internal sealed class RunReads(IGrainFactory grains, LabSetups setups, RunStore store, RunList runs, StoreCalls calls)
{
    /// <summary>A run with its log, or why there is none.</summary>
    public async Task<(RunFile? Run, Problem? Problem)> Find(string id, CancellationToken cancel)
    {
        (_, (RunHeader Header, IReadOnlyList<RunEvent> Events)? log) = await InLabs(id);
        if (log is var (header, events))
            return (RunFiles.Make(header, events), null);
        return await calls.Try<RunFile>(id, async () => await store.Find(id, cancel) is { } stored ? (stored, null) : (null, Unknown(id)));
    }

    /// <summary>The lab that a run belongs to, or why there is none.</summary>
    public async Task<(string? Lab, Problem? Problem)> LabOf(string id, CancellationToken cancel)
    {
        (string? open, _) = await InLabs(id);
        if (open is not null)
            return (open, null);
        return await calls.Try<string>(id, async () => await store.LabOf(id, cancel) is { } lab ? (lab, null) : (null, Unknown(id)));
    }

    /// <summary>A part of the list, newest first; beside it how many the filters let through, and how many of them are newer.</summary>
    public async Task<(RunListAnswer? Page, Problem? Problem)> List(RunQuery query, CancellationToken cancel) =>
        await calls.Try<RunListAnswer>(
            null,
            async () =>
            {
                RunListPage page = await runs.Page(query, cancel);
                var list = new List<RunSummary>();
                foreach (RunLine line in page.Lines)
                {
                    if ((await Summary(line, cancel)).Summary is { } summary)
                        list.Add(summary);
                }
                return (new(list, page.Total, page.Newer), null);
            }
        );

    /// <summary>What the list can be filtered by.</summary>
    public Task<(RunFilters? Filters, Problem? Problem)> Filters(CancellationToken cancel) =>
        calls.Try<RunFilters>(null, async () => (await runs.Filters(cancel), null));

    /// <summary>A line of the list, or why there is none.</summary>
    public Task<(RunSummary? Line, Problem? Problem)> Line(string id, CancellationToken cancel) =>
        calls.Try<RunSummary>(id, async () => await runs.Line(id, cancel) is { } line ? await Summary(line, cancel) : (null, Unknown(id)));

    /// <summary>The first of those runs that is not there; null where all are.</summary>
    public async Task<Problem?> Missing(IReadOnlyList<string> ids, CancellationToken cancel) =>
        (
            await calls.Try<string>(
                null,
                async () =>
                {
                    foreach (string id in ids.Except(await runs.Known(ids, cancel)))
                    {
                        if (!await IsOpen(id))
                            return (null, Unknown(id));
                    }
                    return ("", null);
                }
            )
        ).Item2;

    /// <summary>Whether a lab still has a run.</summary>
    public async Task<bool> IsOpen(string id) => (await InLabs(id)).Lab is not null;

    public static Problem Unknown(string id) => Problems.Of(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.UnknownRun, ("run", Problems.Short(id))));

    // The summary of a run that is open is made of its log.
    private async Task<(RunSummary? Summary, Problem? Problem)> Summary(RunLine line, CancellationToken cancel)
    {
        (RunFile? run, Problem? problem) = line.Summary is null ? await Find(line.Id, cancel) : default;
        RunSummary? summary = run is null ? line.Summary : RunStore.SummaryOf(run);
        return summary is null ? (null, problem) : (summary with { Note = line.Note, Kept = line.Kept }, null);
    }

    private async Task<(string? Lab, (RunHeader Header, IReadOnlyList<RunEvent> Events)? Log)> InLabs(string id)
    {
        foreach (LabSetup lab in setups.All)
        {
            if ((await grains.GetGrain<ILabGrain>(lab.Id).Log(id)).Value is { } log)
                return (lab.Id, log);
        }
        return default;
    }
}

/// <summary>A part of the list with how many runs the filters let through.</summary>
internal sealed record RunListAnswer(IReadOnlyList<RunSummary> Runs, int Total, int Newer);
