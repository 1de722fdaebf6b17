using System.Diagnostics;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>Whatever ends the Server or the program that keeps the hosts, nothing is left.</summary>
public sealed class EndingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(Starter.Root, "namespaces")]
    [InlineData(Starter.OrdinaryUser, "namespaces")]
    [InlineData(Starter.OrdinaryUser, "loopback")]
    public async Task A_parent_killed_with_9_leaves_nothing(Starter starter, string mode)
    {
        using var dashboard = new FakeDashboard(starter);
        using Process parent = StartParent(starter, dashboard, mode);
        Assert.Equal("ready " + mode, await parent.StandardOutput.ReadLineAsync(Cancel));
        (Agent client, Agent server) = await dashboard.Both(Cancel);
        string[] namespaces = mode == "namespaces" ? [client.NetworkNamespace, server.NetworkNamespace] : [];
        using var program = new Ends(int.Parse(client.Option("--die-with-parent"), System.Globalization.CultureInfo.InvariantCulture));
        using var first = new Ends(client.Process);
        using var second = new Ends(server.Process);

        parent.Kill(); // SIGKILL, to the parent alone
        Assert.True(program.Within(Limit) && first.Within(Limit) && second.Within(Limit));
        Assert.False(Directory.Exists(dashboard.Directory));
        Assert.Empty(Held(namespaces));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Starter.Root, "namespaces")]
    [InlineData(Starter.OrdinaryUser, "namespaces")]
    [InlineData(Starter.OrdinaryUser, "loopback")]
    public async Task The_program_that_keeps_the_hosts_killed_with_9_leaves_no_process(Starter starter, string mode)
    {
        using var dashboard = new FakeDashboard(starter);
        using LocalHostsRig hosts = LocalHostsRig.Start(starter, dashboard, mode);
        (Agent client, Agent server) = await dashboard.Both(Cancel);
        string[] namespaces = mode == "namespaces" ? [client.NetworkNamespace, server.NetworkNamespace] : [];
        using var killed = new Ends(hosts.Id);
        using var first = new Ends(client.Process);
        using var second = new Ends(server.Process);

        killed.Kill();
        Assert.True(first.Within(Limit) && second.Within(Limit));
        Assert.Empty(Held(namespaces));
        Assert.True(Directory.Exists(dashboard.Directory), "the Server lives and starts another");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("namespaces")]
    [InlineData("loopback")]
    public async Task The_end_of_its_input_ends_it_in_order(string mode)
    {
        using var dashboard = new FakeDashboard();
        using LocalHostsRig hosts = LocalHostsRig.Start(Starter.OrdinaryUser, dashboard, mode);
        (Agent client, Agent server) = await dashboard.Both(Cancel);
        using var first = new Ends(client.Process);
        using var second = new Ends(server.Process);

        hosts.EndInput();
        (int exit, _) = await hosts.Finish(Cancel);
        Assert.Equal(0, exit);
        Assert.True(first.Within(TimeSpan.Zero) && second.Within(TimeSpan.Zero));
        Assert.False(Directory.Exists(dashboard.Directory));
    }

    [Fact(Timeout = 60_000)]
    public async Task SIGTERM_ends_it_and_leaves_the_directory_to_the_server_that_lives()
    {
        using var dashboard = new FakeDashboard();
        using LocalHostsRig hosts = LocalHostsRig.Start(Starter.OrdinaryUser, dashboard);
        (Agent client, Agent server) = await dashboard.Both(Cancel);
        using var end = new Ends(hosts.Id);
        using var first = new Ends(client.Process);
        using var second = new Ends(server.Process);

        end.Terminate();
        (int exit, _) = await hosts.Finish(Cancel);
        Assert.Equal(0, exit);
        Assert.True(first.Within(TimeSpan.Zero) && second.Within(TimeSpan.Zero));
        Assert.True(File.Exists(dashboard.SocketPath));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_agent_that_hangs_is_killed()
    {
        using var dashboard = new FakeDashboard();
        using LocalHostsRig hosts = LocalHostsRig.Start(Starter.OrdinaryUser, dashboard);
        (Agent client, Agent server) = await dashboard.Both(Cancel);
        using var stopped = new Ends(server.Process);
        Assert.Equal("", await InNamespace.Outside($"kill -STOP {server.Process}", Cancel));

        hosts.EndInput();
        (int exit, _) = await hosts.Finish(Cancel);
        Assert.Equal(0, exit);
        Assert.True(stopped.Within(TimeSpan.Zero));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_kill_of_the_servers_process_group_and_session_does_not_reach_it()
    {
        using var dashboard = new FakeDashboard();
        using LocalHostsRig hosts = LocalHostsRig.Start(Starter.OrdinaryUser, dashboard, "loopback");
        await hosts.ReadLine(Cancel);
        string[] stat = (await File.ReadAllTextAsync($"/proc/{hosts.Id}/stat", Cancel)).Split(") ")[1].Split(' ');
        string own = hosts.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((own, own), (stat[2], stat[3])); // process group, session
    }

    /// <summary>A shell that holds the other end of the program's standard input, as the Server does.</summary>
    private static Process StartParent(Starter starter, FakeDashboard dashboard, string mode)
    {
        Assert.SkipWhen(starter == Starter.Root && !Environment.IsPrivilegedProcess, "needs root");
        string user =
            starter == Starter.Root
                ? ""
                : (Environment.IsPrivilegedProcess ? $"setpriv --reuid={LocalHostsRig.Nobody} --regid={LocalHostsRig.Nobody} --clear-groups " : "")
                    + "unshare --user --map-root-user -- ";
        var start = new ProcessStartInfo("bash", ["-c", $"exec 9> >(exec {user}{string.Join(' ', LocalHostsRig.Command(dashboard, mode))} 9>&-); read -r"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_ROOT"] = Server.LocalHosts.AgentProgram.DotnetRoot();
        return Process.Start(start)!;
    }

    /// <summary>The processes that are still in one of the namespaces.</summary>
    private static IEnumerable<int> Held(string[] namespaces) =>
        from directory in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(directory), out _)
        let link = Target(Path.Combine(directory, "ns/net"))
        where link is not null && namespaces.Contains(link)
        select int.Parse(Path.GetFileName(directory), System.Globalization.CultureInfo.InvariantCulture);

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has just ended, or is somebody else's
        }
    }
}
