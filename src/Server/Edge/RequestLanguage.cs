using Microsoft.Net.Http.Headers;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// The language of an answer's sentences: that of the query's <c>lang</c>, else the one of Accept-Language that is wanted most among those that have texts,
/// else English (RFC 9110, 12.5.4). The log stays English.
/// </summary>
internal static class RequestLanguage
{
    /// <summary>The query's parameter.</summary>
    public const string Parameter = "lang";

    /// <summary>The texts for an answer, whose headers name their language.</summary>
    public static TextCatalog Texts(HttpContext http)
    {
        TextCatalog texts = TextCatalog.For(Asked(http.Request));
        http.Response.Headers.ContentLanguage = texts.Language;
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
        return texts;
    }

    private static string? Asked(HttpRequest request)
    {
        if (request.Query[Parameter].FirstOrDefault() is { Length: > 0 } chosen)
            return chosen;
        // A weight of 0 says: not this one. Any (*) is the default.
        return request
            .GetTypedHeaders()
            .AcceptLanguage.Where(l => l.Quality is not 0)
            .OrderByDescending(l => l.Quality ?? 1)
            .Select(l => l.Value.ToString())
            .FirstOrDefault(l => l == "*" || TextCatalog.Speaks(l));
    }
}
