using Microsoft.Extensions.FileProviders;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>A person's browser at an address that is none gets the page, which says so; a program gets a problem. Must come after routing.</summary>
internal sealed class UnknownAddress(RequestDelegate next, IWebHostEnvironment host)
{
    public Task Invoke(HttpContext http)
    {
        bool isPerson =
            HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (http.GetEndpoint() is not null || !isPerson || host.WebRootFileProvider.GetFileInfo("index.html") is not { Exists: true } page)
            return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        http.Response.ContentType = "text/html";
        return http.Response.SendFileAsync(page, http.RequestAborted);
    }
}
