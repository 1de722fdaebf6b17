using System.Diagnostics;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>Reset in the middle of a lesson leaves the hosts as they were before it.</summary>
public sealed class ResetTests(NamespacesDashboard dashboard) : IClassFixture<NamespacesDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("full-accept-queue", "connect")] // connect() waits
    [InlineData("inherited-by-child", "fork")] // a child process has the listening socket
    [InlineData("nodelay", "write")] // nft drops, and a sysctl is set
    public async Task What_is_under_way_ends_and_what_was_changed_is_put_back(string lesson, string last)
    {
        string before = await Hosts();
        string id = await dashboard.Start(lesson, play: false, pauseMs: 0, Cancel);
        foreach (ScenarioStep step in (await dashboard.Run(id, Cancel)).Script.Steps)
        {
            Assert.Null(await dashboard.Post($"/api/runs/{id}/steps/{step.Id}", null, Cancel));
            if (step.Id == last)
                break;
        }
        Assert.NotEqual(before, await Hosts());
        Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
        Assert.Equal(before, await Hosts());
        await dashboard.Play("without-reuseaddr", Cancel);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_stranger_that_keeps_its_end_leaves_nothing_on_the_port()
    {
        string before = await Hosts();
        string id = await dashboard.Start("without-reuseaddr", play: false, pauseMs: 0, Cancel);
        Assert.Null(await dashboard.Post($"/api/runs/{id}/steps/start-listener", null, Cancel));
        LabState lab = await dashboard.Lab(Cancel);
        string server = lab.Hosts.Single(h => h.Name == "server").Facts!.Address;
        using Process stranger = HostNamespace.Start(
            dashboard.Id,
            lab.Hosts.Single(h => h.Name == "client").Facts!,
            "bash",
            "-c",
            $"exec 3<>/dev/tcp/{server}/{HostLook.Port} && echo connected && exec sleep 300"
        )!;
        try
        {
            Assert.Equal("connected", await stranger.StandardOutput.ReadLineAsync(Cancel));
            Assert.Null(await dashboard.Post($"/api/runs/{id}/steps/connect", null, Cancel));
            Assert.Single((await dashboard.Run(id, Cancel)).Events.OfType<NoteEvent>(), n => n.Code == NoteCodes.Stranger);
            Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
            Assert.Equal(before, await Hosts());
            await dashboard.Play("without-reuseaddr", Cancel);
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
            await stranger.WaitForExitAsync(CancellationToken.None);
        }
    }

    private Task<string> Hosts() => HostLook.Of(dashboard, Cancel);
}
