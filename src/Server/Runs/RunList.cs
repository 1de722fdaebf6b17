using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>A line as it is stored.</summary>
/// <param name="Id">The run.</param>
/// <param name="Summary">Null for a run that is open, or whose line was not made yet.</param>
/// <param name="Note">What somebody wrote down about it.</param>
/// <param name="Kept">True for one that the cleaning leaves.</param>
internal sealed record RunLine(string Id, RunSummary? Summary, string Note, bool Kept);

/// <summary>A part of the list.</summary>
/// <param name="Lines">Newest first.</param>
/// <param name="Total">How many the filters let through, on all pages.</param>
/// <param name="Newer">How many of them are newer than the first line.</param>
internal sealed record RunListPage(IReadOnlyList<RunLine> Lines, int Total, int Newer);

/// <summary>
/// Reads the list of runs. It walks one index that has all it asks for in the list's order, whatever the filters: that is 100 octets for each run, and no
/// statistics are needed for it to be right.
/// </summary>
internal sealed class RunList(IDbContextFactory<RunsDb> databases)
{
    private const int MaxWords = 8;

    public async Task<RunListPage> Page(RunQuery query, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        IQueryable<StoredRun> all = Matching(db, query);
        IQueryable<StoredRun> page = (query.Before, query.After) switch
        {
            ({ } before, _) => all.Where(r => string.Compare(r.Id, before) < 0).OrderByDescending(r => r.Id),
            (_, { } after) => all.Where(r => string.Compare(r.Id, after) > 0).OrderBy(r => r.Id),
            _ => all.OrderByDescending(r => r.Id),
        };
        int total = await all.CountAsync(cancel);
        if (total == 0)
            return new([], 0, 0);
        string[] ids = [.. (await page.Take(query.Limit).Select(r => r.Id).ToListAsync(cancel)).OrderDescending(StringComparer.Ordinal)];
        int newer = (ids, query) switch
        {
            (_, { Before: null, After: null }) or ([], { Before: null }) => 0,
            ([var first, ..], _) => await all.CountAsync(r => string.Compare(r.Id, first) > 0, cancel),
            _ => total,
        };
        var lines = await db
            .Runs.AsNoTracking()
            .Where(r => ids.Contains(r.Id))
            .Select(r => new
            {
                r.Id,
                r.Summary,
                r.Note,
                r.Kept,
            })
            .ToDictionaryAsync(r => r.Id, cancel);
        return new([.. ids.Where(lines.ContainsKey).Select(id => lines[id]).Select(l => Of(l.Id, l.Summary, l.Note, l.Kept))], total, newer);
    }

    /// <summary>What the runs can be filtered by.</summary>
    public async Task<RunFilters> Filters(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        var all = await db.Runs.Where(r => r.Removed == null).Select(r => new { r.Kind, r.Result }).Distinct().ToListAsync(cancel);
        int[] numbers = [.. all.Select(a => a.Kind).OfType<int>().Distinct()];
        List<StoredKind> kinds = await db.Kinds.AsNoTracking().Where(k => numbers.Contains(k.Number)).ToListAsync(cancel);
        return new(
            Sorted(kinds.Select(k => k.Topic)),
            // A run that is open has no result yet.
            Sorted(all.Select(a => a.Result).OfType<string>().Select(r => r.Length == 0 ? RunQuery.NoResult : r)),
            Sorted(kinds.SelectMany(k => k.Kernels.Split('\n')))
        );
    }

    /// <summary>One line; null for a run that is not there.</summary>
    public async Task<RunLine?> Line(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.Removed == null, cancel) is { } run
            ? Of(run.Id, run.Summary, run.Note, run.Kept)
            : null;
    }

    /// <summary>Which of those runs are there.</summary>
    public async Task<IReadOnlyList<string>> Known(IReadOnlyList<string> ids, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(r => r.Removed == null && ids.Contains(r.Id)).Select(r => r.Id).ToListAsync(cancel);
    }

    private static RunLine Of(string id, string? summary, string note, bool kept) =>
        new(id, summary is null ? null : JsonSerializer.Deserialize(summary, WireJson.Default.RunSummary), note, kept);

    private static IReadOnlyList<string> Sorted(IEnumerable<string> words) => [.. words.Where(w => w.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    private static IQueryable<StoredRun> Matching(RunsDb db, RunQuery query)
    {
        IQueryable<StoredRun> runs = db.Runs.AsNoTracking().Where(r => r.Removed == null);
        if (query.Lesson is { } lesson)
            runs = runs.Where(r => r.Scenario == lesson);
        if (query.Result is { } result)
        {
            string stored = result == RunQuery.NoResult ? "" : result;
            runs = runs.Where(r => r.Result == stored);
        }
        if (query.Kept is { } kept)
            runs = runs.Where(r => r.Kept == kept);
        if (query.Topic is { } topic)
            runs = runs.Where(r => db.Kinds.Where(k => k.Topic == topic).Select(k => (int?)k.Number).Contains(r.Kind));
        if (query.Kernel is { } kernel)
        {
            string line = $"\n{kernel}\n";
            runs = runs.Where(r => db.Kinds.Where(k => k.Kernels.Contains(line)).Select(k => (int?)k.Number).Contains(r.Kind));
        }
        foreach (string word in query.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(MaxWords))
        {
            string anywhere =
                $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
            runs = runs.Where(r =>
                db.Kinds.Where(k => EF.Functions.Like(k.Text, anywhere, "\\")).Select(k => (int?)k.Number).Contains(r.Kind)
                || EF.Functions.Like(r.Note, anywhere, "\\")
            );
        }
        return runs;
    }
}
