namespace ReuseAddrDashboard.LocalHosts.Tests;

public sealed class LoopbackAndOptionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task On_loopback_both_hosts_share_the_machines_namespace_and_divide_the_rows()
    {
        using var dashboard = new FakeDashboard();
        using LocalHostsRig hosts = LocalHostsRig.Start(Starter.OrdinaryUser, dashboard, "loopback");
        Assert.Equal("ready loopback", await hosts.ReadLine(Cancel));
        (Agent client, Agent server) = await dashboard.Both(Cancel);

        Assert.Equal(
            ("127.0.0.2", "127.0.0.4", "lo", "127.0.0.2,127.0.0.4"),
            (client.Option("--address"), client.Option("--second-address"), client.Option("--interface"), client.Option("--rows"))
        );
        Assert.Equal(
            ("127.0.0.1", "127.0.0.3", "lo", "127.0.0.1,127.0.0.3,any"),
            (server.Option("--address"), server.Option("--second-address"), server.Option("--interface"), server.Option("--rows"))
        );
        Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget, client.NetworkNamespace);
        Assert.Equal(client.NetworkNamespace, server.NetworkNamespace);
        Assert.False(client.Has("--own-namespace") || server.Has("--own-namespace"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--mode is missing", "--dashboard", "unix:/x", "--directory", "/tmp/reuseaddr-dashboard-1-x")]
    [InlineData("--dashboard is missing", "--mode", "loopback", "--directory", "/tmp/reuseaddr-dashboard-1-x")]
    [InlineData("--directory is missing", "--mode", "loopback", "--dashboard", "unix:/x")]
    [InlineData("--mode takes namespaces or loopback, not \"moon\"", "--mode", "moon")]
    [InlineData("--dashboard takes unix: and the absolute path", "--dashboard", "http://127.0.0.1")]
    [InlineData("--directory takes the absolute path of a directory named reuseaddr-dashboard-", "--directory", "/home")]
    [InlineData("--mode has no value: it takes namespaces or loopback", "--mode")]
    [InlineData("--mode is given twice", "--mode", "loopback", "--mode", "loopback")]
    [InlineData("--speed is not an option of local-hosts", "--speed", "9")]
    public async Task Wrong_options_end_it_with_2_and_a_sentence_that_names_the_option(string sentence, params string[] arguments)
    {
        using LocalHostsRig hosts = LocalHostsRig.Start([LocalHostsRig.ProgramPath, "local-hosts", .. arguments]);
        (int exit, string error) = await hosts.Finish(Cancel);
        Assert.Equal(2, exit);
        Assert.Contains(error.Split('\n'), line => line.StartsWith("reuseaddr-agent local-hosts: " + sentence, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task It_starts_its_agents_as_it_was_started_itself_through_dotnet()
    {
        using var dashboard = new FakeDashboard();
        string dotnet = Path.Combine(Server.LocalHosts.AgentProgram.DotnetRoot()!, "dotnet");
        using LocalHostsRig hosts = LocalHostsRig.Start([dotnet, LocalHostsRig.ProgramPath + ".dll", .. LocalHostsRig.Command(dashboard, "loopback").Skip(1)]);
        Assert.Equal("ready loopback", await hosts.ReadLine(Cancel));
        (Agent client, _) = await dashboard.Both(Cancel);
        Assert.Equal([dotnet, LocalHostsRig.ProgramPath + ".dll"], client.Arguments.Take(2));
    }
}
