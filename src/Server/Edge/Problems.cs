using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>Makes every error of the API and of the server itself one kind of answer: problem details with a code (<see cref="Problem"/>).</summary>
internal static class Problems
{
    public const string MediaType = "application/problem+json";

    // No page reads these octets as HTML: quotation marks may stay what they are.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Problem Of(int status, Message message, string? run = null) =>
        new()
        {
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = "",
            Code = message.Code,
            Args = message.Args,
            Run = run,
        };

    /// <summary>A body with faults.</summary>
    public static Problem Of(IReadOnlyList<ProblemError> errors) => Of(StatusCodes.Status400BadRequest, new Message(EdgeCodes.Body)) with { Errors = errors };

    public static IResult Result(Problem problem) => new ProblemResult(problem);

    public static IResult Result(int status, Message message, string? run = null) => Result(Of(status, message, run));

    public static Task Write(HttpContext http, Problem problem)
    {
        http.Response.StatusCode = problem.Status;
        return http.Response.WriteAsJsonAsync(problem.In(RequestLanguage.Texts(http)), Json, MediaType, http.RequestAborted);
    }

    /// <summary>Answers what no handler did: an address that is not there, another method, an error of the server's own.</summary>
    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                ExceptionHandler = http =>
                    Write(
                        http,
                        OfStatus(
                            http,
                            http.Features.Get<IExceptionHandlerFeature>()?.Error is BadHttpRequestException bad
                                ? bad.StatusCode
                                : StatusCodes.Status500InternalServerError
                        )
                    ),
                AllowStatusCode404Response = true,
            }
        );
        app.UseStatusCodePages(context => Write(context.HttpContext, OfStatus(context.HttpContext, context.HttpContext.Response.StatusCode)));
    }

    private static Problem OfStatus(HttpContext http, int status) =>
        Of(
            status,
            status switch
            {
                StatusCodes.Status404NotFound => Message.Of(EdgeCodes.NotFound, ("path", Short(http.Request.Path))),
                StatusCodes.Status405MethodNotAllowed => Message.Of(
                    EdgeCodes.Method,
                    ("path", Short(http.Request.Path)),
                    ("method", Short(http.Request.Method)),
                    ("allowed", http.Response.Headers.Allow.ToString())
                ),
                StatusCodes.Status413PayloadTooLarge => Message.Of(EdgeCodes.TooLarge, ("most", RequestBody.MaxOctets)),
                StatusCodes.Status415UnsupportedMediaType => Message.Of(EdgeCodes.Media, ("allowed", "application/json")),
                StatusCodes.Status503ServiceUnavailable => new Message(EdgeCodes.Unavailable),
                StatusCodes.Status500InternalServerError => new Message(EdgeCodes.Fault),
                StatusCodes.Status400BadRequest => new Message(EdgeCodes.Malformed),
                _ => Message.Of(EdgeCodes.Refused, ("status", status.ToString(CultureInfo.InvariantCulture))),
            }
        );

    /// <summary>What somebody sent, cut to what fits into a sentence.</summary>
    public static string Short(string? text) =>
        text is null ? ""
        : text.Length <= 60 ? text
        : text[..60] + "...";

    private sealed class ProblemResult(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Write(httpContext, problem);
    }
}
