using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// Keeps other web pages that a person has open from driving the lab: a request must name this dashboard as Host (no DNS rebinding),
/// come from its own pages when it names an Origin, and carry JSON, or YAML or octets where those are asked for, when it carries anything.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, IOptions<DashboardOptions> options)
{
    public Task Invoke(HttpContext http)
    {
        HttpRequest request = http.Request;
        // The private Unix socket has no address: only this user's own agents can open it.
        bool privateSocket = http.Connection.LocalIpAddress is null;
        if (!privateSocket && !KnownHost(request.Host.Host))
            return Refuse(http, StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.Host, ("host", Problems.Short(request.Host.Host))));
        if (request.Headers.Origin is [{ Length: > 0 } origin] && !SameOrigin(origin, request))
            return Refuse(http, StatusCodes.Status403Forbidden, new Message(EdgeCodes.Origin));
        if (
            !HttpMethods.IsGet(request.Method)
            && !HttpMethods.IsHead(request.Method)
            && request.Path.StartsWithSegments("/api")
            && request.ContentType is { Length: > 0 }
            && !IsTaken(request)
        )
        {
            return Refuse(
                http,
                StatusCodes.Status415UnsupportedMediaType,
                Message.Of(
                    EdgeCodes.Media,
                    (
                        "allowed",
                        TakesYaml(request) ? "application/yaml"
                        : TakesCapture(request) ? Octets
                        : "application/json"
                    )
                )
            );
        }

        return next(http);
    }

    // None is a type that a form of another page can send without being asked first.
    private static bool IsTaken(HttpRequest request) =>
        TakesCapture(request)
            ? MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? octets)
                && octets.MediaType.Equals(Octets, StringComparison.OrdinalIgnoreCase)
            : request.HasJsonContentType()
                || TakesYaml(request)
                    && MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
                    && Yaml.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase);

    private static bool TakesYaml(HttpRequest request) => IsAt(request, "/api/scenarios/check");

    private static bool TakesCapture(HttpRequest request) => IsAt(request, "/api/captures");

    // As routes match: whatever the case, with a slash at the end or without.
    private static bool IsAt(HttpRequest request, string path) => path.Equals(request.Path.Value?.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    private const string Octets = "application/octet-stream";

    // RFC 9512, and what there was before it.
    private static readonly string[] Yaml = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

    // An address cannot be rebound: a browser that names one went there itself.
    private bool KnownHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals(Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)
        || options.Value.AllowedHostNames.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool SameOrigin(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && uri.Scheme is "http" or "https"
        && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private static Task Refuse(HttpContext http, int status, Message why) => Problems.Write(http, Problems.Of(status, why));
}
