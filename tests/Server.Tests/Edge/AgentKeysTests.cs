using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>Who joins over the network as a host shows that role's key; nobody else takes a seat, whether it is free or not.</summary>
public sealed class AgentKeysTests
{
    [Fact]
    public async Task Without_its_roles_key_no_agent_takes_a_seat()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        string clients = await File.ReadAllTextAsync(Path.Combine(TestDashboard.AgentKeys, TestHosts.Client), TestContext.Current.CancellationToken);
        foreach ((string key, string code) in ((string, string)[])[("", "join.no-key"), ("0000", "join.wrong-key"), (clients.Trim(), "join.wrong-key")])
        {
            await using ScriptedAgent stranger = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server, key: key);
            Assert.Equal(code, stranger.Welcome!.Refused?.Code);
        }
        Assert.All((await dashboard.Lab.State()).Value.Hosts, h => Assert.False(h.Connected));
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server);
        Assert.Null(server.Welcome!.Refused);
    }

    [Fact]
    public async Task Who_asks_again_after_a_refusal_or_reports_without_a_hello_is_cut_off()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent stranger = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server, key: "0000");
        Task ended = stranger.Gone;
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await stranger.HelloAgain();
            await stranger.HelloAgain();
        });
        await ended.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Each_role_has_a_key_of_its_own_that_stays_and_that_nobody_else_may_read()
    {
        using var directory = new TemporaryDirectory();
        AgentKeys Keys() => new(new DashboardOptions { Data = directory.Path }, LabSetups.Default);
        AgentKeys keys = Keys();
        keys.Make();
        Dictionary<string, string> made = keys.Files.ToDictionary(f => f.Role, f => File.ReadAllText(f.File).Trim());
        Assert.Equal(2, made.Values.Distinct().Count());
        Assert.All(made.Values, k => Assert.Equal(64, k.Length));
        Assert.All(keys.Files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f.File)));
        AgentKeys again = Keys();
        again.Make();
        foreach ((string role, string key) in made)
        {
            Assert.True(again.Fits(role, key));
            Assert.False(again.Fits(role, key[1..]));
            Assert.False(again.Fits(role, null));
            Assert.False(again.Fits("other", key));
        }
        Assert.False(again.Fits(TestHosts.Server, made[TestHosts.Client]));
    }

    [Fact]
    public void In_a_directory_that_its_owner_opened_they_may_be_read()
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        var keys = new AgentKeys(new DashboardOptions { Data = "/nowhere", AgentKeys = directory.Path }, LabSetups.Default);
        keys.Make();
        Assert.All(keys.Files, f => Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(f.File)));
    }

    [Fact]
    public void Where_they_cannot_be_made_the_message_says_what_to_do() =>
        Assert.Contains(
            "--agent-keys",
            Assert
                .Throws<InvalidDataException>(() => new AgentKeys(new DashboardOptions { Data = "/x", AgentKeys = "/proc/keys" }, LabSetups.Default).Make())
                .Message,
            StringComparison.Ordinal
        );
}
