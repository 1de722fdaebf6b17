using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>What runs have in common, each once: there are as many as lessons on different kernels, not as many as runs.</summary>
internal static class RunKinds
{
    /// <summary>The number of a run's kind, which is kept where it is new.</summary>
    public static async Task<int> Of(RunsDb db, RunSummary run)
    {
        string[] hosts = [.. run.Hosts.Select(h => h.Kernel).Distinct()];
        string topic = run.Topic,
            kernels = hosts.Length == 0 ? "" : $"\n{string.Join('\n', hosts)}\n",
            text = string.Join('\n', [run.Scenario, .. run.Title.ByLanguage.Values, .. hosts]);
        if (
            await db.Kinds.Where(k => k.Topic == topic && k.Kernels == kernels && k.Text == text).Select(k => (int?)k.Number).FirstOrDefaultAsync() is { } known
        )
        {
            return known;
        }

        var kind = new StoredKind
        {
            Topic = topic,
            Kernels = kernels,
            Text = text,
        };
        db.Kinds.Add(kind);
        await db.SaveChangesAsync();
        return kind.Number;
    }
}
