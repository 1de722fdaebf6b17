using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Changes stored runs: notes, what is kept, what is deleted. Everything goes through the store's writer.</summary>
internal sealed class RunChanges(RunReads reads, StoreWriter writer, StoreCalls calls, TimeProvider time)
{
    /// <summary>Writes down a note, keeps a run, or both; the run's line as it is then.</summary>
    public async Task<(RunSummary? Line, Problem? Problem)> Mark(string id, RunMark mark, CancellationToken cancel)
    {
        (_, Problem? problem) = await calls.Try<string>(
            id,
            async () =>
            {
                bool there = false;
                await writer.Write(async s => there = await s.Change(id, mark));
                return there ? (id, null) : (null, RunReads.Unknown(id));
            }
        );
        return problem is not null ? (null, problem) : await reads.Line(id, cancel);
    }

    /// <summary>Deletes runs that are over, with a way back: those that were there. Where one of them is still open nothing is deleted.</summary>
    public async Task<(RunsDone? Done, Problem? Problem)> Remove(IReadOnlyList<string> ids)
    {
        foreach (string id in ids)
        {
            if (await reads.IsOpen(id))
                return (null, Problems.Of(StatusCodes.Status409Conflict, Message.Of(EdgeCodes.RunOpen, ("run", Problems.Short(id))), id));
        }
        return await Written(s => s.Remove(ids, time.GetUtcNow()));
    }

    /// <summary>Puts back runs that were deleted: those that were still there.</summary>
    public Task<(RunsDone? Done, Problem? Problem)> Restore(IReadOnlyList<string> ids) => Written(s => s.Restore(ids));

    private Task<(RunsDone?, Problem?)> Written(Func<RunStore, Task<IReadOnlyList<string>>> write) =>
        calls.Try<RunsDone>(
            null,
            async () =>
            {
                IReadOnlyList<string> done = [];
                await writer.Write(async s => done = await write(s));
                return (new(done), null);
            }
        );
}
