using System.Net;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A test that has a lab to itself, with nothing open in it.</summary>
public abstract class LabTests(SharedDashboards shared) : IAsyncLifetime
{
    private Dashboard? _dashboard;

    protected Dashboard Dashboard => _dashboard ?? throw new InvalidOperationException("The test has not begun.");

    public async ValueTask InitializeAsync()
    {
        _dashboard = await shared.Take();
        Assert.Equal(HttpStatusCode.OK, (await _dashboard.Http.PostAsync("/api/labs/local/reset", null)).StatusCode);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_dashboard is not null)
            shared.Return(_dashboard);
        return ValueTask.CompletedTask;
    }
}
