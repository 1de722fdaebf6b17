using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The hosts as the page shows them before a run, and its warning of a port that is taken.</summary>
public sealed class HostsTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task A_port_that_is_taken_is_told_at_the_start_button_and_in_the_hosts_until_it_is_free()
    {
        int port = LessonPorts.Next();
        HostFacts server = (await Dashboard.Lab()).Hosts.Single(host => host.Name == "server").Facts!;
        using Stranger stranger = await Stranger.On(Dashboard, server, port, reuse: false, listens: true);
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", port);
        await Expect(lab.Main).ToContainTextAsync($"Port {port} is taken: LISTEN 0.0.0.0:{port}");
        await Expect(lab.Main).ToContainTextAsync($"sudo ss -tlnp 'sport = :{port}'");
        await Expect(lab.Button("Start anyway")).ToBeEnabledAsync();
        await visitor.Shoot("hosts-warning");

        await visitor.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Hosts") }).ClickAsync();
        ILocator sheet = visitor.Page.GetByRole(AriaRole.Dialog, new() { Name = "Hosts" });
        // Nobody connects to a stranger unasked.
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Check again" }).ClickAsync();
        foreach (string text in (string[])["diag", "HZ = ", "tcp_fin_timeout", "same kernel", $"{server.Address}:{port}: something is listening there"])
            await Expect(sheet).ToContainTextAsync(text);
        await visitor.HasNoAxeViolation("hosts");
        await visitor.Shoot("hosts");

        // The end of the listener is seen, and the hosts are checked anew without being asked.
        stranger.End();
        await Expect(sheet).ToContainTextAsync($"Port {port} can be bound.");
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Check again" }).ClickAsync();
        await Expect(sheet.GetByRole(AriaRole.Button, new() { Name = "Check again" })).ToBeEnabledAsync();
        await Expect(sheet).ToContainTextAsync("as expected with no listener");
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).ClickAsync();
        await lab.Do("Start listener");
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }
}
