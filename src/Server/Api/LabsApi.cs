using System.ComponentModel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

internal static class LabsApi
{
    private const string LabText = "The lab's id.";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/labs", List)
            .WithName("listLabs")
            .WithTags("labs")
            .Produces<IReadOnlyList<LabState>>()
            .Fails()
            .WithSummary("The labs, their hosts and what is open in them.")
            .WithDescription("Each with its hosts, the runs that are open, the ports it watches, and what the last check of the hosts found.");
        api.MapPost("/labs/{lab}/runs", Start)
            .WithName("startRun")
            .WithTags("runs")
            .Produces<RunFile>(StatusCodes.Status201Created)
            .Fails(400, 403, 404, 409, 413, 415, 503)
            .WithMetadata(new ApiBody(typeof(StartRun), "application/json", StartRunBody.Example))
            .WithSummary("Opens a run.")
            .WithDescription(
                "Of a scenario of the catalogue, or of a script, a whole scenario that is run once and kept in the run. With play all its steps are carried out, and the answer comes when that has begun."
            );
        api.MapPost("/labs/{lab}/reset", Reset)
            .WithName("resetLab")
            .WithTags("labs")
            .Produces<LabReply>()
            .Fails(403, 404, 409, 415, 503)
            .WithSummary("Resets every open run of a lab.")
            .WithDescription("Ends the runs' programs, closes their sockets on every host, and undoes what they changed.");
        api.MapPost("/labs/{lab}/check", Check)
            .WithName("checkHosts")
            .WithTags("labs")
            .Produces<LabCheck>()
            .Fails(403, 404, 409, 415, 503)
            .WithSummary("Checks a lab's hosts side by side.")
            .WithDescription("Sysctls, who has the port, whether the hosts reach one another; each finding with what to do.");
    }

    private static async Task<IResult> List(LabAccess labs)
    {
        var states = new List<LabState>();
        foreach (string lab in labs.Labs)
            states.Add(await labs.State(lab));
        return Results.Ok((IReadOnlyList<LabState>)states);
    }

    private static async Task<IResult> Start([Description(LabText)] string lab, HttpRequest http, LabAccess labs, RunReads reads, CancellationToken cancel)
    {
        if (labs.UnknownLab(lab) is { } unknown)
            return Problems.Result(unknown);
        (StartRun? request, Problem? wrong) = await BodyFields.Of(http, StartRunBody.Example, StartRunBody.Read, cancel);
        if (request is null)
            return Problems.Result(wrong!);
        (LabReply? reply, Problem? refused) = await labs.Ask(lab, request, wait: false);
        if (refused is not null)
            return Problems.Result(refused);
        return await reads.Find(reply!.Run!, cancel) is var (run, problem) && run is not null
            ? Results.Created($"/api/runs/{reply.Run}", run)
            : Problems.Result(problem!);
    }

    private static async Task<IResult> Reset([Description(LabText)] string lab, LabAccess labs)
    {
        (LabReply? reply, Problem? refused) = await labs.Ask(lab, new ResetRun(), wait: true);
        return refused is not null ? Problems.Result(refused) : Results.Ok(reply);
    }

    private static async Task<IResult> Check([Description(LabText)] string lab, LabAccess labs)
    {
        (_, Problem? refused) = await labs.Ask(lab, new CheckHosts(), wait: true);
        return refused is not null ? Problems.Result(refused) : Results.Ok((await labs.State(lab)).Check);
    }
}
