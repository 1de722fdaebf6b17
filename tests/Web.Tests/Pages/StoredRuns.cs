using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>Stands in for the dashboard's API: gives the run that a test wants, and nothing else.</summary>
internal sealed class StoredRuns : HttpMessageHandler
{
    public RunFile? Run { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
        Run is { } run && request.RequestUri!.AbsolutePath.EndsWith(run.Id, StringComparison.Ordinal) ? new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(run, LabJson.Default.RunFile) } : new HttpResponseMessage(HttpStatusCode.NotFound));
}
