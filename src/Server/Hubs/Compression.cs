using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>
/// Compresses what browsers are sent over the lab's WebSocket (RFC 7692): events are a tenth of their size then. Nothing on it is secret, so that the length of
/// a message gives nothing away (CRIME, BREACH).
/// </summary>
internal sealed class Compression(RequestDelegate next)
{
    public Task Invoke(HttpContext http)
    {
        if (http.Features.Get<IHttpWebSocketFeature>() is { } accepting)
            http.Features.Set<IHttpWebSocketFeature>(new Compressed(accepting));
        return next(http);
    }

    private sealed class Compressed(IHttpWebSocketFeature accepting) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => accepting.IsWebSocketRequest;

        public Task<System.Net.WebSockets.WebSocket> AcceptAsync(WebSocketAcceptContext context)
        {
            context.DangerousEnableCompression = true;
            return accepting.AcceptAsync(context);
        }
    }
}
