using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Keeps every run as it happens, and gives it back.</summary>
internal sealed class RunStore(IDbContextFactory<RunsDb> databases)
{
    /// <summary>Makes the tables, or refuses a database of another version.</summary>
    /// <exception cref="InvalidDataException">The data directory belongs to another version; the message says what to do.</exception>
    public async Task Prepare(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        bool made = await db.Database.EnsureCreatedAsync(cancel);
        if (made)
            await db.Database.ExecuteSqlRawAsync($"PRAGMA user_version = {RunsDb.SchemaVersion}", cancel);
        int version = (await db.Database.SqlQueryRaw<int>("SELECT user_version AS Value FROM pragma_user_version").ToListAsync(cancel))[0];
        if (version != RunsDb.SchemaVersion)
            throw new InvalidDataException(
                $"The data directory holds runs in layout {version}; this dashboard reads layout {RunsDb.SchemaVersion}. Name another directory with --data.");
    }

    public async Task Create(RunHeader header)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        db.Runs.Add(new StoredRun { Id = header.Id, Lab = header.Lab, Header = JsonSerializer.Serialize(header, WireJson.Default.RunHeader) });
        await db.SaveChangesAsync();
    }

    public async Task Append(string run, IReadOnlyList<RunEvent> events)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        db.Events.AddRange(events.Select(e => new StoredEvent { Run = run, Seq = e.Seq, Json = JsonSerializer.Serialize(e, WireJson.Default.RunEvent) }));
        await db.SaveChangesAsync();
    }

    /// <summary>Marks a run as one that takes no more events.</summary>
    public async Task Finish(RunHeader header, ScenarioProgress progress)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        StoredRun run = await db.Runs.SingleAsync(r => r.Id == header.Id);
        long events = await db.Events.LongCountAsync(e => e.Run == header.Id);
        run.Finished = true;
        run.Header = JsonSerializer.Serialize(header, WireJson.Default.RunHeader);
        run.Summary = JsonSerializer.Serialize(Summary(header, progress, events), WireJson.Default.RunSummary);
        await db.SaveChangesAsync();
    }

    /// <summary>The lab's run that was never finished; null when there is none.</summary>
    public async Task<RunFile?> Unfinished(string lab, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        string? id = await db.Runs.Where(r => r.Lab == lab && !r.Finished).OrderByDescending(r => r.Id).Select(r => r.Id).FirstOrDefaultAsync(cancel);
        return id is null ? null : await Find(id, cancel);
    }

    /// <summary>A run with its whole log; null for an id that is not there.</summary>
    public async Task<RunFile?> Find(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel) is not { } run)
            return null;
        List<string> events = await db.Events.Where(e => e.Run == id).OrderBy(e => e.Seq).Select(e => e.Json).ToListAsync(cancel);
        return RunFiles.Of(Header(run), [.. events.Select(e => JsonSerializer.Deserialize(e, WireJson.Default.RunEvent)!)]);
    }

    /// <summary>The newest runs, newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> Newest(int most, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        List<StoredRun> runs = await db.Runs.AsNoTracking().OrderByDescending(r => r.Id).Take(most).ToListAsync(cancel);
        var list = new List<RunSummary>(runs.Count);
        foreach (StoredRun run in runs)
        {
            if (run.Summary is { } summary)
                list.Add(JsonSerializer.Deserialize(summary, WireJson.Default.RunSummary)!);
            else if (await Find(run.Id, cancel) is { } open)
                list.Add(new(open.Id, open.Lab, open.Scenario, open.Options, open.StartedAt, open.Outcome, open.Rebind, open.Events.Count));
        }
        return list;
    }

    private static RunHeader Header(StoredRun run) => JsonSerializer.Deserialize(run.Header, WireJson.Default.RunHeader)!;

    private static RunSummary Summary(RunHeader h, ScenarioProgress p, long events) =>
        new(h.Id, h.Lab, h.Scenario, h.Options, h.StartedAt, p.Outcome, p.Rebind, events);
}
