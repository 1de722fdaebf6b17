using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Keeps every run as it happens, and gives it back, whatever format it was written in.</summary>
internal sealed class RunStore(IDbContextFactory<RunsDb> databases, ILogger<RunStore> logger)
{
    /// <summary>Makes the tables, or brings those of an earlier version to today's layout.</summary>
    /// <exception cref="InvalidDataException">The data directory belongs to a newer version; the message says what to do.</exception>
    public async Task Prepare(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        await StoreLayout.Prepare(db, db.Database.GetDbConnection().DataSource, cancel);
    }

    /// <summary>Keeps a new run; one that is there stays.</summary>
    public async Task Create(RunHeader header)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        if (await db.Runs.AnyAsync(r => r.Id == header.Id))
            return;
        db.Runs.Add(new StoredRun { Id = header.Id, Lab = header.Lab, Scenario = header.Scenario, Format = RunHeader.CurrentFormat, Header = Written(header) });
        await db.SaveChangesAsync();
    }

    /// <summary>Keeps events; those that are there stay, so that what failed may be tried again whatever became of it.</summary>
    public async Task Append(string run, IReadOnlyList<RunEvent> events)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        await db.Database.OpenConnectionAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync();
        await using SqliteCommand insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT OR IGNORE INTO \"events\" (\"Run\", \"Seq\", \"Json\") VALUES ($run, $seq, $json)";
        insert.Parameters.AddWithValue("$run", run);
        SqliteParameter seq = insert.Parameters.Add("$seq", SqliteType.Integer), json = insert.Parameters.Add("$json", SqliteType.Text);
        await insert.PrepareAsync();
        foreach (RunEvent e in events)
        {
            (seq.Value, json.Value) = (e.Seq, Written(e));
            await insert.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }

    /// <summary>Marks a run as one that takes no more events.</summary>
    public async Task Finish(RunHeader header, ScenarioProgress progress)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        // Somebody deleted its row, or put an older database back: it is kept again, with what is left of it.
        if (await db.Runs.SingleOrDefaultAsync(r => r.Id == header.Id) is not { } run)
            db.Runs.Add(run = new StoredRun { Id = header.Id, Lab = header.Lab, Scenario = header.Scenario, Format = RunHeader.CurrentFormat, Header = "" });
        long events = await db.Events.LongCountAsync(e => e.Run == header.Id);
        run.Finished = true;
        run.Header = Written(header);
        Keep(run, new(header.Id, header.Lab, header.Scenario, header.Script.Title, header.Values, header.Ports, header.StartedAt, progress.Outcome, progress.Results, events));
        await db.SaveChangesAsync();
    }

    /// <summary>Deletes a run and its events.</summary>
    public async Task Delete(string id)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Events.Where(e => e.Run == id).ExecuteDeleteAsync();
        await db.Runs.Where(r => r.Id == id).ExecuteDeleteAsync();
        await transaction.CommitAsync();
    }

    /// <summary>The lab's runs that were never finished, the oldest first. One of format 1 is rewritten: what is appended to it from here on is of today's.</summary>
    public async Task<IReadOnlyList<RunFile>> Unfinished(string lab, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        var runs = new List<RunFile>();
        foreach (StoredRun run in await db.Runs.Where(r => r.Lab == lab && !r.Finished).OrderBy(r => r.Id).ToListAsync(cancel))
        {
            try
            {
                RunFile read = await Read(db, run, cancel);
                runs.Add(read);
                if (run.Format != RunHeader.CurrentFormat)
                    await Rewrite(db, run, read, cancel);
            }
            catch (JsonException e)
            {
                // Its header cannot be read: nothing can be appended to it, and the rest is there all the same.
                RunStoreLog.Unreadable(logger, e, run.Id);
                run.Finished = true;
                KeepUnreadable(run);
                await db.SaveChangesAsync(cancel);
            }
        }
        return runs;
    }

    /// <summary>A run with its whole log; null for an id that is not there.</summary>
    public async Task<RunFile?> Find(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel) is { } run ? await Read(db, run, cancel) : null;
    }

    /// <summary>The lab that a run belongs to; null for an id that is not there.</summary>
    public async Task<string?> LabOf(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(r => r.Id == id).Select(r => r.Lab).SingleOrDefaultAsync(cancel);
    }

    /// <summary>Lines of the list, newest first; null in place of the summary of one that is open, or whose line was not made yet (<see cref="FillList"/>).</summary>
    public async Task<IReadOnlyList<(string Id, RunSummary? Summary)>> List(RunQuery query, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        IQueryable<StoredRun> runs = db.Runs.AsNoTracking();
        if (query.Before is { } before)
            runs = runs.Where(r => string.Compare(r.Id, before) < 0);
        if (query.Scenario is { } scenario)
            runs = runs.Where(r => r.Scenario == scenario);
        if (query.Result is { } result)
            runs = runs.Where(r => r.Result == result);
        var lines = await runs.OrderByDescending(r => r.Id).Take(query.Limit).Select(r => new { r.Id, r.Summary }).ToListAsync(cancel);
        return [.. lines.Select(l => (l.Id, l.Summary is { } json ? JsonSerializer.Deserialize(json, WireJson.Default.RunSummary) : null))];
    }

    /// <summary>Makes the lines of the list that finished runs lack: those of an earlier version.</summary>
    /// <returns>How many were made; 0 when none is missing.</returns>
    public async Task<int> FillList(int most)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        List<StoredRun> runs = await db.Runs.Where(r => r.Finished && r.Summary == null).OrderByDescending(r => r.Id).Take(most).ToListAsync();
        foreach (StoredRun run in runs)
        {
            try
            {
                Keep(run, SummaryOf(await Read(db, run, CancellationToken.None)));
            }
            catch (JsonException)
            {
                KeepUnreadable(run);
            }
        }
        await db.SaveChangesAsync();
        return runs.Count;
    }

    public static RunSummary SummaryOf(RunFile run) => new(run.Id, run.Lab, run.Scenario, run.Script.Title, run.Values, run.Ports, run.StartedAt, run.Outcome, run.Results, run.Events.Count);

    /// <summary>The oldest finished run when there are more than <paramref name="most"/>; null when not.</summary>
    public async Task<string?> BeyondCount(int most, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(r => r.Finished).OrderByDescending(r => r.Id).Skip(most).Select(r => r.Id).LastOrDefaultAsync(cancel);
    }

    /// <summary>The oldest finished run whose id is below one that a run of that age would have; null where there is none.</summary>
    public async Task<string?> OldestBefore(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(r => r.Finished && string.Compare(r.Id, id) < 0).OrderBy(r => r.Id).Select(r => r.Id).FirstOrDefaultAsync(cancel);
    }

    /// <summary>Octets of the database that hold something; pages that became free are used again.</summary>
    public async Task<long> Size(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return (await db.Database.SqlQueryRaw<long>("SELECT (p.page_count - f.freelist_count) * s.page_size AS Value FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s").ToListAsync(cancel))[0];
    }

    private static async Task<RunFile> Read(RunsDb db, StoredRun run, CancellationToken cancel)
    {
        List<string> events = await db.Events.Where(e => e.Run == run.Id).OrderBy(e => e.Seq).Select(e => e.Json).ToListAsync(cancel);
        HashSet<int> lost = [.. events.Index().Where(e => !IsReadable(e.Item)).Select(e => e.Index)];
        // Any event of both formats stands in for them while the rest is read.
        (RunHeader header, IReadOnlyList<RunEvent> log) = RunReader.Log(run.Header, lost.Count == 0 ? events : [.. events.Select((e, i) => lost.Contains(i) ? """{"kind":"end","seq":0,"t":0,"source":"lab","outcome":"reset"}""" : e)]);
        if (lost.Count > 0)
            log = [.. log.Select((e, i) => lost.Contains(i) ? new GapEvent { Seq = i + 1, T = i > 0 ? log[i - 1].T : 0, Lost = 1, Reason = new Message("gap.unreadable") } : e)];
        return RunFiles.Make(header, log);
    }

    // What is no JSON any more was lost; the rest of the run is not.
    private static bool IsReadable(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("kind", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task Rewrite(RunsDb db, StoredRun run, RunFile read, CancellationToken cancel)
    {
        run.Format = RunHeader.CurrentFormat;
        run.Header = Written(RunFiles.HeaderOf(read));
        Dictionary<long, RunEvent> bySeq = read.Events.ToDictionary(e => e.Seq);
        foreach (StoredEvent row in await db.Events.Where(e => e.Run == run.Id).ToListAsync(cancel))
            row.Json = Written(bySeq[row.Seq]);
        await db.SaveChangesAsync(cancel);
    }

    private static string Written(RunEvent e) => JsonSerializer.Serialize(e, WireJson.Default.RunEvent);

    private static string Written(RunHeader header) => JsonSerializer.Serialize(header with { Script = header.Script with { Expect = null } }, WireJson.Default.RunHeader);

    // Its line says at least which run it is.
    private static void KeepUnreadable(StoredRun run) =>
        Keep(run, new(run.Id, run.Lab, run.Scenario, LocalText.Of(run.Scenario), new Dictionary<string, Scalar>(), new Dictionary<string, int>(), default, Outcome.Interrupted, [], 0));

    private static void Keep(StoredRun run, RunSummary summary)
    {
        run.Summary = JsonSerializer.Serialize(summary, WireJson.Default.RunSummary);
        run.Result = summary.Results is [.., var last] ? last.Errno ?? RunQuery.Ok : "";
    }
}

internal static partial class RunStoreLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The stored run {Run} cannot be read")]
    public static partial void Unreadable(ILogger logger, Exception fault, string run);
}
