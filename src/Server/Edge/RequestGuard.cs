using System.Net;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// Keeps other web pages that a person has open from driving the lab: a request must name this dashboard as Host (no DNS rebinding),
/// come from its own pages when it names an Origin, and carry JSON when it carries anything.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, IOptions<DashboardOptions> options, IProblemDetailsService problems)
{
    public Task Invoke(HttpContext http)
    {
        HttpRequest request = http.Request;
        // The private Unix socket has no address: only this user's own agents can open it.
        bool privateSocket = http.Connection.LocalIpAddress is null;
        if (!privateSocket && !KnownHost(request.Host.Host))
            return Refuse(http, StatusCodes.Status400BadRequest, "Host not known",
                $"This dashboard is not called '{Short(request.Host.Host)}'. Open it by the address it printed, or start it with --allowed-hosts NAME.");
        if (request.Headers.Origin is [{ Length: > 0 } origin] && !SameOrigin(origin, request))
            return Refuse(http, StatusCodes.Status403Forbidden, "Foreign origin", "Only the dashboard's own pages may do this. Open the dashboard by the address it printed.");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && request.Path.StartsWithSegments("/api")
            && request.ContentType is { Length: > 0 } && !request.HasJsonContentType())
            return Refuse(http, StatusCodes.Status415UnsupportedMediaType, "JSON only", "Send JSON with Content-Type: application/json.");
        return next(http);
    }

    // An address cannot be rebound: a browser that names one went there itself.
    private bool KnownHost(string host) =>
        host is "localhost" || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals(Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)
        || options.Value.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool SameOrigin(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private async Task Refuse(HttpContext http, int status, string title, string detail)
    {
        http.Response.StatusCode = status;
        await problems.WriteAsync(new() { HttpContext = http, ProblemDetails = { Status = status, Title = title, Detail = detail } });
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
