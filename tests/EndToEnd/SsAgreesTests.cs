using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>What the log says of the server's sockets is what ss says in the server's namespace, after every step.</summary>
public sealed class SsAgreesTests(SharedDashboards shared) : LabTests(shared)
{
    [Fact]
    public async Task The_runs_ss_is_the_real_one_after_every_step()
    {
        Assert.Equal(HttpStatusCode.OK, (await Dashboard.Http.PostAsync("/api/labs/local/reset", null)).StatusCode);
        HostFacts server = (await Dashboard.Lab()).Hosts.Single(host => host.Name == "server").Facts!;
        int port = LessonPorts.Next();
        StartRun start = Lessons.ReuseAddr(port, listener: true, rebind: true);
        using HttpResponseMessage opened = await Dashboard.Http.PostAsJsonAsync("/api/labs/local/runs", start, WireJson.Default.StartRun);
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        string run = opened.Headers.Location!.ToString();

        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
        {
            using HttpResponseMessage done = await Dashboard.Http.PostAsync($"{run}/steps/{step}", null);
            Assert.True(done.IsSuccessStatusCode, await done.Content.ReadAsStringAsync());
            await Agrees(run, server, port, step);
        }
    }

    // Seconds go on between two questions: the answer lies between two of ss, and one of them has to be the same to the letter.
    private async Task Agrees(string run, HostFacts server, int port, string step)
    {
        string? before = null,
            ours = null,
            after = null;
        await Wait.Until(
            async () =>
            {
                before = await HostNamespace.Output(Dashboard.Id, server, "ss", "-anot4", $"sport == :{port}");
                ours = await Dashboard.Http.GetStringAsync($"{run}/ss");
                after = await HostNamespace.Output(Dashboard.Id, server, "ss", "-anot4", $"sport == :{port}");
                Assert.SkipWhen(before is null, "The server's network namespace cannot be found in /proc by this user.");
                return ours == before || ours == after;
            },
            Wait.Patience,
            () => $"After {step}:\nss before:\n{before}the run's:\n{ours}ss after:\n{after}"
        );
    }
}
