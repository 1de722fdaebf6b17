using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

public sealed class SecurityHeadersTests
{
    [Theory]
    [InlineData("/api/labs", 200)]
    [InlineData("/healthz", 200)]
    [InlineData("/nothing", 404)]
    [InlineData("/api/runs?limit=x", 400)]
    [InlineData(HubPaths.Lab, 400)]
    public async Task Every_answer_says_what_browsers_may_do_with_it(string path, int status)
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        using HttpResponseMessage answer = await dashboard.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        foreach (
            string name in (string[])["X-Frame-Options", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy", "Permissions-Policy"]
        )
        {
            Assert.True(answer.Headers.Contains(name), name);
        }
    }
}
