using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>
/// Keeps the store within the bounds that its owner set, in the background: the oldest finished runs go, one after the other, but for those that somebody
/// keeps. Those that a person deleted go once they could be put back
/// for long enough. Before that it fills in what runs of earlier versions lack in the list.
/// </summary>
internal sealed partial class RunCleaning(StoreWriter writer, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RunCleaning> logger)
    : BackgroundService
{
    /// <summary>A run that a person deleted can be put back for so long at least.</summary>
    public static readonly TimeSpan WayBack = TimeSpan.FromMinutes(10);

    private const int FillAtOnce = 20;
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(1),
        Again = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var again = new BackOff(random: null, Again, Apart);
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan pause = Apart;
            try
            {
                await Fill(stoppingToken);
                await Clean(stoppingToken);
                again.Reset();
            }
            catch (Exception e) when (e is DbException or IOException or Microsoft.EntityFrameworkCore.DbUpdateException)
            {
                // The writer tells how the store is. Until the list is filled in, what earlier versions stored is not found.
                LogFailed(e.Message);
                pause = again.Next();
            }
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task Fill(CancellationToken cancel)
    {
        int made;
        do
        {
            made = 0;
            await writer.Write(async s => made = await s.FillList(FillAtOnce));
        } while (made > 0 && !cancel.IsCancellationRequested);
    }

    private async Task Clean(CancellationToken cancel)
    {
        bool any = false;
        while (await Delete(s => s.RemovedBefore(time.GetUtcNow() - WayBack, cancel)) is not null)
            any = true;
        while (await Delete(s => Next(s, cancel)) is { } id)
        {
            any = true;
            LogDeleted(id);
        }
        if (any)
            await writer.Write(s => s.DeleteKindsWithoutRuns());
    }

    // Chosen and deleted in one turn of the writer: one that somebody keeps or puts back meanwhile stays.
    private async Task<string?> Delete(Func<RunStore, Task<string?>> choose)
    {
        string? id = null;
        await writer.Write(async s =>
        {
            if ((id = await choose(s)) is not null)
                await s.Delete(id);
        });
        return id;
    }

    private async Task<string?> Next(RunStore store, CancellationToken cancel)
    {
        RetentionOptions kept = options.Value;
        if (kept.Runs.Most is { } most && await store.BeyondCount(most, cancel) is { } beyond)
            return beyond;
        // An id begins with the second its run began (RunIds).
        if (
            kept.Days.Most is { } days
            && await store.OldestBefore(time.GetUtcNow().AddDays(-days).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture), cancel) is { } old
        )
        {
            return old;
        }
        // What a person deleted makes room once it cannot be put back any more: nothing else goes before that.
        return kept.Megabytes.Most is { } megabytes && !await store.HasRemoved(cancel) && await store.Size(cancel) > megabytes * 1_000_000L
            ? await store.OldestBefore("A", cancel)
            : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted the run {Run}: more is stored than is to be kept")]
    private partial void LogDeleted(string run);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored runs could not be looked through: {Why}")]
    private partial void LogFailed(string why);
}
