using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>
/// Keeps the store within the bounds that its owner set, in the background: the oldest finished runs go, one after the other, but for those that somebody keeps. Those that a person deleted go once they could be put back
/// for long enough. Before that it fills in what runs of earlier versions lack in the list.
/// </summary>
internal sealed partial class RunCleaning(RunStore store, StoreWriter writer, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RunCleaning> logger) : BackgroundService
{
    /// <summary>A run that a person deleted can be put back for so long at least.</summary>
    public static readonly TimeSpan WayBack = TimeSpan.FromMinutes(10);

    private const int FillAtOnce = 20;
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Apart, time);
        do
        {
            try
            {
                await Fill(stoppingToken);
                await Clean(stoppingToken);
            }
            catch (Exception e) when (e is DbException or IOException or Microsoft.EntityFrameworkCore.DbUpdateException)
            {
                // The writer tells how the store is; the next round tries again.
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Fill(CancellationToken cancel)
    {
        int made;
        do
        {
            made = 0;
            await writer.Write(async s => made = await s.FillList(FillAtOnce));
        }
        while (made > 0 && !cancel.IsCancellationRequested);
    }

    private async Task Clean(CancellationToken cancel)
    {
        while (await store.RemovedBefore(time.GetUtcNow() - WayBack, cancel) is { } removed)
            await writer.Write(s => s.Delete(removed));
        while (await Next(cancel) is { } id)
        {
            await writer.Write(s => s.Delete(id));
            LogDeleted(id);
        }
    }

    private async Task<string?> Next(CancellationToken cancel)
    {
        RetentionOptions kept = options.Value;
        if (kept.Runs.Most is { } most && await store.BeyondCount(most, cancel) is { } beyond)
            return beyond;
        // An id begins with the second its run began (RunIds).
        if (kept.Days.Most is { } days && await store.OldestBefore(time.GetUtcNow().AddDays(-days).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture), cancel) is { } old)
            return old;
        return kept.Megabytes.Most is { } megabytes && await store.Size(cancel) > megabytes * 1_000_000L ? await store.OldestBefore("A", cancel) : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted the run {Run}: more is stored than is to be kept")]
    private partial void LogDeleted(string run);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored runs could not be looked through: {Why}")]
    private partial void LogFailed(string why);
}
