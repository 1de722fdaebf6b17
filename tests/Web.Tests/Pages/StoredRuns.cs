using System.Net;
using System.Net.Http.Json;
using System.Web;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>Stands in for the dashboard's API: gives the run and the list that a test wants, does what it is asked to, and keeps what that was.</summary>
internal sealed class StoredRuns : HttpMessageHandler
{
    private readonly List<RunSummary> _deleted = [];

    public RunFile? Run { get; set; }

    /// <summary>The list, newest first.</summary>
    public List<RunSummary> Listed { get; } = [];

    /// <summary>How many there are beside those that are listed: newer, and older.</summary>
    public (int Newer, int Older) Others { get; set; }

    /// <summary>What came of the matrix's cells.</summary>
    public MatrixView Matrix { get; set; } = new(0, null, true);

    /// <summary>The kernels that come with the dashboard.</summary>
    public Dictionary<string, MatrixFile> Kernels { get; } = [];

    /// <summary>What everything is refused with; null for nothing.</summary>
    public Message? Refusal { get; set; }

    /// <summary>Answers what is asked of other addresses than those of runs; null for none of them.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Elsewhere { get; set; }

    /// <summary>What was asked for: <c>GET api/runs?limit=50</c>, bodies after a blank.</summary>
    public List<string> Asked { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string path = request.RequestUri!.AbsolutePath.TrimStart('/'),
            query = HttpUtility.UrlDecode(request.RequestUri.Query);
        Asked.Add($"{request.Method} {path}{query}{(request.Content is { } body ? " " + await body.ReadAsStringAsync(cancellationToken) : "")}");
        if (Elsewhere?.Invoke(request) is { } other)
            return other;
        if (Refusal is { } why)
        {
            return new(HttpStatusCode.ServiceUnavailable)
            {
                Content = JsonContent.Create(
                    new
                    {
                        title = "Service Unavailable",
                        status = 503,
                        code = why.Code,
                        args = why.Args,
                    }
                ),
            };
        }

        if (path.EndsWith("/matrix/results", StringComparison.Ordinal))
            return new(HttpStatusCode.OK) { Content = JsonContent.Create(Matrix, LabJson.Default.MatrixView) };
        if (path == "api/kernels")
        {
            return new(HttpStatusCode.OK)
            {
                Content = JsonContent.Create(
                    Kernels.Select(k => new
                    {
                        id = k.Key,
                        kernel = k.Value.Host.Kernel,
                        os = k.Value.Host.Os,
                        at = k.Value.At,
                        cells = k.Value.Results.Count,
                        command = $"make {k.Key}",
                    })
                ),
            };
        }

        if (path.StartsWith("api/kernels/", StringComparison.Ordinal))
            return new(HttpStatusCode.OK) { Content = new ByteArrayContent(Kernels[path.Split('/')[^1]].ToJson()) };
        string[] ids = HttpUtility.ParseQueryString(query).GetValues("id") ?? [];
        if (path == "api/runs/filters")
        {
            return new(HttpStatusCode.OK)
            {
                Content = JsonContent.Create(new RunFilters(["time-wait"], ["EADDRINUSE", "none", "ok"], ["6.18.0"]), LabJson.Default.RunFilters),
            };
        }

        if (path == "api/runs" && request.Method == HttpMethod.Get)
            return List();
        if (path == "api/runs" && request.Method == HttpMethod.Delete)
            return Moved(Listed, _deleted, ids);
        if (path == "api/runs/restore")
            return Moved(_deleted, Listed, ids);
        if (request.Method == HttpMethod.Patch)
            return Marked(path.Split('/')[^1], (await request.Content!.ReadFromJsonAsync(LabJson.Default.RunMark, cancellationToken))!);
        return Run is { } run && path.EndsWith(run.Id, StringComparison.Ordinal)
            ? new(HttpStatusCode.OK) { Content = JsonContent.Create(run, LabJson.Default.RunFile) }
            : new(HttpStatusCode.NotFound);
    }

    private HttpResponseMessage List()
    {
        HttpResponseMessage answer = new(HttpStatusCode.OK) { Content = JsonContent.Create([.. Listed], LabJson.Default.IReadOnlyListRunSummary) };
        answer.Headers.Add(RunListHeaders.Total, $"{Listed.Count + Others.Newer + Others.Older}");
        answer.Headers.Add(RunListHeaders.Newer, $"{Others.Newer}");
        return answer;
    }

    private static HttpResponseMessage Moved(List<RunSummary> from, List<RunSummary> to, string[] ids)
    {
        RunSummary[] moved = [.. from.Where(r => ids.Contains(r.Id))];
        from.RemoveAll(moved.Contains);
        to.AddRange(moved);
        to.Sort((a, b) => string.CompareOrdinal(b.Id, a.Id));
        return new(HttpStatusCode.OK) { Content = JsonContent.Create(new RunsDone([.. moved.Select(r => r.Id)]), LabJson.Default.RunsDone) };
    }

    private HttpResponseMessage Marked(string id, RunMark mark)
    {
        int at = Listed.FindIndex(r => r.Id == id);
        Listed[at] = Listed[at] with { Note = mark.Note ?? Listed[at].Note, Kept = mark.Kept ?? Listed[at].Kept };
        return new(HttpStatusCode.OK) { Content = JsonContent.Create(Listed[at], LabJson.Default.RunSummary) };
    }
}
