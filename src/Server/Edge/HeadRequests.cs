namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// Answers HEAD wherever GET is answered (RFC 9110, 9.3.2): it is routed as GET, and the server, which still knows how the request came, sends no body. Must
/// come before routing.
/// </summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    public Task Invoke(HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method))
            http.Request.Method = HttpMethods.Get;
        return next(http);
    }
}
