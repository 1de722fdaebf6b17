using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The history: the list of runs, and what may be done with those that are over.</summary>
internal static class RunHistoryApi
{
    private const string IdText = "The run's id.",
        IdsText = "The runs' ids, 1 to 200, each as an id of its own: id=RUN&id=RUN.";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs", List)
            .WithName("listRuns")
            .WithTags("runs")
            .Produces<IReadOnlyList<RunSummary>>()
            .Fails(400, 503)
            .WithMetadata(
                new ApiHeader(RunListHeaders.Total, "How many runs the filters let through, on all pages."),
                new ApiHeader(RunListHeaders.Newer, "How many of them are newer than the first line.")
            )
            .WithSummary("Runs, newest first.")
            .WithDescription(
                "At most 200 at once; those after the last line are got with its id as before, those ahead of the first line with its id as after."
            );
        api.MapGet("/runs/filters", Filters)
            .WithName("getRunFilters")
            .WithTags("runs")
            .Produces<RunFilters>()
            .Fails(503)
            .WithSummary("What the list can be filtered by.")
            .WithDescription("The topics, results and kernels that at least one stored run has.");
        api.MapGet("/runs/download", Download)
            .WithName("downloadRuns")
            .WithTags("runs")
            .Produces<byte[]>(StatusCodes.Status200OK, RunArchive.MediaType)
            .Fails(400, 404, 503)
            .WithSummary("Several run files as one zip.")
            .WithDescription("Each as GET /api/runs/{id} answers, RUN.json. In place of one that cannot be read stands RUN.problem.json, the problem.");
        api.MapPatch("/runs/{id}", Mark)
            .WithName("markRun")
            .WithTags("runs")
            .Produces<RunSummary>()
            .Fails(400, 403, 404, 413, 415, 503)
            .WithMetadata(new ApiBody(typeof(RunMark), "application/json", RunMarkBody.Example))
            .WithSummary("Writes a note on a run, or keeps it.")
            .WithDescription("What is left out stays as it is. A run that is kept is not deleted by the cleaning. Answers with the run's line of the list.");
        api.MapDelete("/runs/{id}", Delete)
            .WithName("deleteRun")
            .WithTags("runs")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(403, 404, 409, 503)
            .WithSummary("Deletes a run that is over.")
            .WithDescription("For ten minutes it can be restored, then it goes for good. One that is open is reset first.");
        api.MapDelete("/runs", DeleteMany)
            .WithName("deleteRuns")
            .WithTags("runs")
            .Produces<RunsDone>()
            .Fails(400, 403, 409, 503)
            .WithSummary("Deletes several runs that are over.")
            .WithDescription("Answers with those that were there. Where one of them is open none is deleted. For ten minutes they can be restored.");
        api.MapPost("/runs/restore", Restore)
            .WithName("restoreRuns")
            .WithTags("runs")
            .Produces<RunsDone>()
            .Fails(400, 403, 415, 503)
            .WithSummary("Restores runs that were deleted less than ten minutes ago.")
            .WithDescription("Answers with those that were still there.");
    }

    private static async Task<IResult> List([AsParameters] RunListParameters asked, HttpContext http, RunReads reads, CancellationToken cancel)
    {
        (RunQuery? query, Problem? wrong) = asked.Read();
        if (query is null)
            return Problems.Result(wrong!);
        (RunListAnswer? page, Problem? problem) = await reads.List(query, cancel);
        if (page is null)
            return Problems.Result(problem!);
        http.Response.Headers[RunListHeaders.Total] = page.Total.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[RunListHeaders.Newer] = page.Newer.ToString(CultureInfo.InvariantCulture);
        return Results.Ok(page.Runs);
    }

    private static async Task<IResult> Filters(RunReads reads, CancellationToken cancel) =>
        await reads.Filters(cancel) is var (filters, problem) && filters is not null ? Results.Ok(filters) : Problems.Result(problem!);

    private static async Task<IResult> Download(
        [FromQuery(Name = "id"), Description(IdsText)] string[] ids,
        HttpContext http,
        RunReads reads,
        CancellationToken cancel
    )
    {
        if (Wrong(ids) is { } wrong)
            return Problems.Result(wrong);
        string[] each = [.. ids.Distinct()];
        if (await reads.Missing(each, cancel) is { } missing)
            return Problems.Result(missing);
        return Results.Stream(body => RunArchive.Write(each, reads, RequestLanguage.Texts(http), body, cancel), RunArchive.MediaType, RunArchive.FileName);
    }

    private static async Task<IResult> Mark([Description(IdText)] string id, HttpRequest http, RunChanges changes, CancellationToken cancel)
    {
        (RunMark? mark, Problem? wrong) = await BodyFields.Of(http, RunMarkBody.Example, RunMarkBody.Read, cancel);
        if (mark is null)
            return Problems.Result(wrong!);
        return await changes.Mark(id, mark, cancel) is var (line, problem) && line is not null ? Results.Ok(line) : Problems.Result(problem!);
    }

    private static async Task<IResult> Delete([Description(IdText)] string id, RunChanges changes) =>
        await changes.Remove([id]) switch
        {
            (_, { } problem) => Problems.Result(problem),
            ({ Runs: [] }, _) => Problems.Result(RunReads.Unknown(id)),
            _ => Results.NoContent(),
        };

    private static async Task<IResult> DeleteMany([FromQuery(Name = "id"), Description(IdsText)] string[] ids, RunChanges changes) =>
        Wrong(ids) is { } wrong ? Problems.Result(wrong) : Answer(await changes.Remove(ids));

    private static async Task<IResult> Restore([FromQuery(Name = "id"), Description(IdsText)] string[] ids, RunChanges changes) =>
        Wrong(ids) is { } wrong ? Problems.Result(wrong) : Answer(await changes.Restore(ids));

    private static IResult Answer((RunsDone? Done, Problem? Problem) answer) => answer.Done is { } done ? Results.Ok(done) : Problems.Result(answer.Problem!);

    private static Problem? Wrong(string[] ids) =>
        ids.Length is > 0 and <= RunQuery.MaxLimit && ids.All(id => id is { Length: > 0 })
            ? null
            : Problems.Of(StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.RunIds, ("most", RunQuery.MaxLimit)));
}
