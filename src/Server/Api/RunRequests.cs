using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>What is asked of one run, and how it is answered.</summary>
internal sealed class RunRequests(LabAccess labs, RunReads reads)
{
    /// <summary>Answers with the run once it is done.</summary>
    public async Task<IResult> Change(string id, LabCommand command, CancellationToken cancel)
    {
        (_, Problem? refused) = await labs.AskOf(id, command, wait: true, cancel);
        return refused is not null ? Problems.Result(refused) : await Answer(id, cancel);
    }

    /// <summary>Answers with a run.</summary>
    public async Task<IResult> Answer(string id, CancellationToken cancel) =>
        await reads.Find(id, cancel) is var (run, problem) && run is not null ? Results.Ok(run) : Problems.Result(problem!);

    /// <summary>Answers once it has begun.</summary>
    public async Task<IResult> Begin(string id, LabCommand command, CancellationToken cancel)
    {
        (LabReply? reply, Problem? refused) = await labs.AskOf(id, command, wait: false, cancel);
        return refused is not null ? Problems.Result(refused) : Results.Accepted($"/api/runs/{id}", reply);
    }

    /// <summary>Answers with the lab's reply.</summary>
    public async Task<IResult> Ask(string id, LabCommand command, CancellationToken cancel)
    {
        (LabReply? reply, Problem? refused) = await labs.AskOf(id, command, wait: true, cancel);
        return refused is not null ? Problems.Result(refused) : Results.Ok(reply);
    }
}
