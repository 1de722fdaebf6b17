using System.Net;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A test that starts on a lab with nothing open.</summary>
public abstract class PageTests(SharedDashboard shared, Chromium chromium) : IAsyncLifetime
{
    protected Dashboard Dashboard => shared.Dashboard;

    public async ValueTask InitializeAsync() =>
        Assert.Equal(HttpStatusCode.OK, (await Dashboard.Http.PostAsync("/api/labs/local/reset", null)).StatusCode);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Task<Visitor> Come(int width = 1440, int height = 900) => Visitor.Come(chromium, Dashboard, width, height);
}
