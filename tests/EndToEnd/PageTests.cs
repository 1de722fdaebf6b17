using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A test in a browser.</summary>
public abstract class PageTests(SharedDashboards shared, Chromium chromium) : LabTests(shared)
{
    protected Chromium Chromium => chromium;

    protected Task<Visitor> Come(int width = 1440, int height = 900, string path = "/lab", bool predicts = false, bool touch = false, bool motion = false) =>
        Visitor.Come(chromium, Dashboard, width, height, path, predicts, touch, motion);

    /// <summary>A run of the article's lesson without the option, played to its end and put away; its id.</summary>
    protected async Task<string> PlayByApi()
    {
        using HttpResponseMessage opened = await Dashboard.Http.PostAsJsonAsync(
            "/api/labs/local/runs",
            Lessons.ReuseAddr(LessonPorts.Next(), listener: false, rebind: false) with
            {
                Scenario = "without-reuseaddr",
                Play = true,
            },
            WireJson.Default.StartRun
        );
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        string id = opened.Headers.Location!.ToString().Split('/')[^1];
        await Wait.Until(async () => (await Dashboard.GetRun(id)).Outcome == Outcome.Completed, Wait.Patience, () => $"The run {id} does not end.");
        Assert.Equal(HttpStatusCode.OK, (await Dashboard.Http.PostAsync("/api/labs/local/reset", null)).StatusCode);
        return id;
    }
}
