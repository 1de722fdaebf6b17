using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Captures;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Capture files of anybody's.</summary>
internal static class CapturesApi
{
    public const string MediaType = "application/octet-stream";

    private const int MaxName = 200;

    private const string IdText = "The capture's id, as its opening answered.";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/captures", Open)
            .WithName("openCapture")
            .WithTags("captures")
            .Produces<CaptureEntry>(StatusCodes.Status201Created)
            .Fails(400, 403, 413, 415, 422, 503)
            .WithMetadata(new ApiBody(typeof(string), MediaType, "the octets of a pcap or pcapng file"))
            .WithSummary("Opens a capture file of anybody's: pcap or pcapng.")
            .WithDescription(
                "The body is the file, at most Captures:Megabytes (100). What cannot be read to its end is opened up to there, and fault says where and why. It is held in the temporary directory for an hour after somebody asked for it last; eight are held at most."
            );
        api.MapGet("/captures/{id}", Get)
            .WithName("getCaptureFile")
            .WithTags("captures")
            .Produces<CaptureEntry>()
            .Fails(404)
            .WithSummary("An opened capture file, without its connections.")
            .WithDescription("Packets that were passed over are counted in remarks.");
        api.MapGet("/captures/{id}/connections", List)
            .WithName("listConnections")
            .WithTags("captures")
            .Produces<CapturePart>()
            .Fails(400, 404)
            .WithSummary("The connections of a capture file, in the file's order.")
            .WithDescription("At most 200 at once. Who closed first is told by what the FINs acknowledge; the states at the end are inferred.");
        api.MapGet("/captures/{id}/connections/{number:int}", Connection)
            .WithName("getConnection")
            .WithTags("captures")
            .Produces<FileConnectionDetail>()
            .Fails(404, 503)
            .WithSummary("One connection: who closed first, why its port is in TIME-WAIT or is not, and its log.")
            .WithDescription(
                "The log is that of a run: segments with the source capture-file, states with the source inferred. Of a long connection the middle is left out, which a gap says; the states take it into account."
            );
        api.MapDelete("/captures/{id}", Delete)
            .WithName("closeCapture")
            .WithTags("captures")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(403, 404)
            .WithSummary("Lets an opened capture file go.")
            .WithDescription("Nobody can ask for it any more.");
    }

    private static async Task<IResult> Open(
        [FromQuery(Name = "name"), Description("What the file is called, for people; at most 200 characters.")] string? name,
        HttpContext http,
        CaptureShelf shelf,
        IOptions<CaptureOptions> options,
        CancellationToken cancel
    )
    {
        CaptureOptions taken = options.Value;
        if (name?.Length > MaxName)
            return Problems.Result(StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.CaptureName, ("most", MaxName)));
        if (http.Request.ContentLength > taken.MaxOctets)
            return Problems.Result(TooLarge(taken));
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = taken.MaxOctets + 1;
        CaptureAnswer answer;
        try
        {
            answer = await shelf.Take(http.Request.Body, PlainLine.From(name ?? ""), cancel);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Problems.Result(TooLarge(taken));
        }
        return answer switch
        {
            { Entry: { } entry } => Results.Created($"/api/captures/{entry.Id}", entry),
            { Refusal: CaptureRefusal.Empty } => Problems.Result(StatusCodes.Status400BadRequest, new Message(EdgeCodes.CaptureMissing)),
            { Refusal: CaptureRefusal.TooLarge } => Problems.Result(TooLarge(taken)),
            { Refusal: CaptureRefusal.Busy } => Problems.Result(StatusCodes.Status503ServiceUnavailable, new Message(EdgeCodes.CapturesBusy)),
            { Fault: { } fault } => Problems.Result(StatusCodes.Status422UnprocessableEntity, fault.Reason),
            _ => Problems.Result(StatusCodes.Status503ServiceUnavailable, Message.Of(EdgeCodes.CaptureRoom, ("directory", Path.GetTempPath()))),
        };
    }

    private static IResult Get([Description(IdText)] string id, CaptureShelf shelf) =>
        shelf.Find(id) is { } held ? Results.Ok(held.Entry) : Problems.Result(Unknown(id));

    private static IResult List(
        [Description(IdText)] string id,
        [FromQuery(Name = "q"), Description("Only connections of which this stands in an address, a port or a state at the end; at most 100 characters.")]
            string? text,
        [FromQuery(Name = "closed"), Description("Only connections that were closed first by this: a, b, both, reset, refused, unanswered, nobody or unknown.")]
            string? closed,
        [FromQuery(Name = "offset"), Description("So many are passed over; 0 where it is left out.")] string? offset,
        [FromQuery(Name = "limit"), Description("At most so many, 1 to 200; 200 where it is left out.")] string? limit,
        CaptureShelf shelf
    )
    {
        if (shelf.Find(id) is not { } held)
            return Problems.Result(Unknown(id));
        if (text?.Length > CapturePart.MaxText)
            return Wrong(Message.Of(EdgeCodes.CaptureText, ("most", CapturePart.MaxText)));
        (int skip, int most, ClosedFirst by) = (0, CapturePart.MaxLimit, default);
        if (closed is not null && (!Enum.TryParse(closed, ignoreCase: true, out by) || !Enum.IsDefined(by) || char.IsAsciiDigit(closed[0])))
            return Wrong(Message.Of(EdgeCodes.Closed, ("known", string.Join(", ", Enum.GetNames<ClosedFirst>().Select(n => n.ToLowerInvariant())))));
        if (offset is not null && !int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out skip))
            return Wrong(new Message(EdgeCodes.Offset));
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > CapturePart.MaxLimit))
            return Wrong(Message.Of(EdgeCodes.Limit, ("limit", Problems.Short(limit)), ("most", CapturePart.MaxLimit)));
        FileConnection[] found =
        [
            .. held.Connections.Where(c => (closed is null || c.Closed == by) && (string.IsNullOrWhiteSpace(text) || Has(c, text.Trim()))),
        ];
        return Results.Ok(new CapturePart(found.Length, [.. found.Skip(skip).Take(most)]));
    }

    private static async Task<IResult> Connection(
        [Description(IdText)] string id,
        [Description("The connection's number, from 1.")] int number,
        CaptureShelf shelf,
        CancellationToken cancel
    )
    {
        if (shelf.Find(id) is not { } held)
            return Problems.Result(Unknown(id));
        if (number < 1 || number > held.Connections.Count)
        {
            return Problems.Result(
                StatusCodes.Status404NotFound,
                Message.Of(EdgeCodes.UnknownConnection, ("number", number), ("count", held.Connections.Count))
            );
        }

        try
        {
            return await shelf.Connection(held, number, cancel) is { } detail
                ? Results.Ok(detail)
                : Problems.Result(StatusCodes.Status503ServiceUnavailable, new Message(EdgeCodes.CapturesBusy));
        }
        catch (IOException)
        {
            return Problems.Result(Unknown(id));
        }
    }

    private static IResult Delete([Description(IdText)] string id, CaptureShelf shelf) => shelf.Remove(id) ? Results.NoContent() : Problems.Result(Unknown(id));

    private static bool Has(FileConnection c, string text) => Has(c.A, text) || Has(c.B, text);

    private static bool Has(FileEnd end, string text) =>
        end.Address.ToString().Contains(text, StringComparison.OrdinalIgnoreCase)
        || end.State?.Name().Contains(text, StringComparison.OrdinalIgnoreCase) == true;

    private static IResult Wrong(Message why) => Problems.Result(StatusCodes.Status400BadRequest, why);

    private static Problem TooLarge(CaptureOptions options) =>
        Problems.Of(StatusCodes.Status413PayloadTooLarge, Message.Of(EdgeCodes.CaptureTooLarge, ("most", options.Megabytes)));

    private static Problem Unknown(string id) =>
        Problems.Of(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.UnknownCapture, ("capture", Problems.Short(id))));
}
