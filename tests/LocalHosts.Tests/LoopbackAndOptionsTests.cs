namespace ReuseAddrDashboard.LocalHosts.Tests;

public sealed class LoopbackAndOptionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task On_loopback_both_hosts_share_the_machines_namespace_and_divide_the_rows()
    {
        using var dashboard = new FakeDashboard();
        using Keeper keeper = Keeper.Start(Starter.OrdinaryUser, dashboard, "loopback");
        Assert.Equal("ready loopback", await keeper.ReadLine(Cancel));
        (Agent client, Agent server) = await dashboard.Both(Cancel);

        Assert.Equal(("127.0.0.2", "lo", "127.0.0.2"), (client.Option("--address"), client.Option("--interface"), client.Option("--rows")));
        Assert.Equal(("127.0.0.1", "lo", "127.0.0.1,any"), (server.Option("--address"), server.Option("--interface"), server.Option("--rows")));
        Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget, client.NetworkNamespace);
        Assert.Equal(client.NetworkNamespace, server.NetworkNamespace);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--mode is missing", "--dashboard", "unix:/x", "--directory", "/tmp/reuseaddr-dashboard-1-x")]
    [InlineData("--dashboard is missing", "--mode", "loopback", "--directory", "/tmp/reuseaddr-dashboard-1-x")]
    [InlineData("--directory is missing", "--mode", "loopback", "--dashboard", "unix:/x")]
    [InlineData("--mode takes namespaces or loopback, not \"moon\"", "--mode", "moon")]
    [InlineData("--dashboard takes unix: and the absolute path", "--dashboard", "http://127.0.0.1")]
    [InlineData("--directory takes the absolute path of a directory named reuseaddr-dashboard-", "--directory", "/home")]
    [InlineData("--mode takes a value", "--mode")]
    [InlineData("--mode is given twice", "--mode", "loopback", "--mode", "loopback")]
    [InlineData("--speed is not an option of pair", "--speed", "9")]
    public async Task Wrong_options_end_it_with_2_and_a_sentence_that_names_the_option(string sentence, params string[] arguments)
    {
        using Keeper keeper = Keeper.Start([Keeper.ProgramPath, "pair", .. arguments]);
        (int exit, string error) = await keeper.Finish(Cancel);
        Assert.Equal(2, exit);
        Assert.StartsWith("reuseaddr-agent pair: " + sentence, error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task It_starts_its_agents_as_it_was_started_itself_through_dotnet()
    {
        using var dashboard = new FakeDashboard();
        string dotnet = Path.Combine(Server.LocalHosts.AgentProgram.DotnetRoot()!, "dotnet");
        using Keeper keeper = Keeper.Start([dotnet, Keeper.ProgramPath + ".dll", .. Keeper.Command(dashboard, "loopback").Skip(1)]);
        Assert.Equal("ready loopback", await keeper.ReadLine(Cancel));
        (Agent client, _) = await dashboard.Both(Cancel);
        Assert.Equal([dotnet, Keeper.ProgramPath + ".dll"], client.Arguments.Take(2));
    }
}
