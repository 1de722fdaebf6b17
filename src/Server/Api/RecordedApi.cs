using System.ComponentModel;
using System.IO.Compression;
using Microsoft.Net.Http.Headers;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Recorded;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Runs that come with the dashboard. They are in no lab's history: they did not happen here.</summary>
internal static class RecordedApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/recorded", (RecordedRuns recorded) => Results.Ok(recorded.All))
            .WithName("listRecorded")
            .WithTags("recorded")
            .Produces<IReadOnlyList<RecordedRun>>()
            .Fails()
            .WithSummary("Runs that were recorded elsewhere and come with the dashboard.")
            .WithDescription("One of a lesson, each with the kernel on which it was made and when. They are in no history: they did not happen here.");
        api.MapGet("/recorded/{lesson}", Get)
            .WithName("getRecorded")
            .WithTags("recorded")
            .Produces<RunFile>()
            .Fails(404)
            .WithSummary("A recorded run with its whole log.")
            .WithDescription("In the format reuseaddr-run/2 (docs/run-format.md).");
    }

    private static IResult Get([Description("The scenario's id.")] string lesson, HttpContext http, RecordedRuns recorded)
    {
        if (recorded.Open(lesson) is not { } gzip)
            return Problems.Result(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.NotRecorded, ("lesson", Problems.Short(lesson))));
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (!http.Request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0.0))
            return Results.Stream(new GZipStream(gzip, CompressionMode.Decompress), "application/json");
        http.Response.Headers.ContentEncoding = "gzip";
        return Results.Stream(gzip, "application/json");
    }
}
