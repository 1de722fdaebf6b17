using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The labs as the API reaches them: by their ids, or by one of their runs. What a lab refuses becomes the status of its kind.</summary>
internal sealed class LabAccess(IGrainFactory grains, LabSetups setups, RunReads reads)
{
    public IEnumerable<string> Labs => setups.All.Select(l => l.Id);

    public async Task<LabState> State(string lab) => (await grains.GetGrain<ILabGrain>(lab).State()).Value;

    public async Task<MatrixView> Matrix(string lab, long since) => (await grains.GetGrain<ILabGrain>(lab).Matrix(since)).Value;

    public Problem? UnknownLab(string lab) =>
        setups.Find(lab) is not null
            ? null
            : Problems.Of(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.UnknownLab, ("lab", Problems.Short(lab)), ("known", string.Join(", ", Labs))));

    /// <summary>Asks something of a lab.</summary>
    /// <returns>The reply, or what it was refused with.</returns>
    public async Task<(LabReply? Reply, Problem? Problem)> Ask(string lab, LabCommand command, bool wait)
    {
        if (UnknownLab(lab) is { } unknown)
            return (null, unknown);
        LabReply reply = await grains.GetGrain<ILabGrain>(lab).Ask(command, wait);
        return reply.Refusal is { } why ? (null, Problems.Of(Status(why), why, reply.Run)) : (reply, null);
    }

    /// <summary>The same of the lab that has a run.</summary>
    public async Task<(LabReply? Reply, Problem? Problem)> AskOf(string run, LabCommand command, bool wait, CancellationToken cancel) =>
        await reads.LabOf(run, cancel) is var (lab, problem) && lab is not null ? await Ask(lab, command, wait) : (null, problem);

    private static int Status(Message why) =>
        LabRefusals.Kind(why.Code) switch
        {
            RefusalKind.Bad => StatusCodes.Status400BadRequest,
            RefusalKind.Unknown => StatusCodes.Status404NotFound,
            RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status409Conflict,
        };
}
