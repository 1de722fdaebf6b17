using System.Globalization;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>The two hosts in network namespaces, on the real kernel.</summary>
public sealed class NamespacesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(Starter.Root)]
    [InlineData(Starter.OrdinaryUser)]
    public async Task Each_host_has_its_address_in_a_namespace_of_its_own(Starter starter)
    {
        using var dashboard = new FakeDashboard(starter);
        using LocalHostsRig hosts = LocalHostsRig.Start(starter, dashboard);
        Assert.Equal("ready namespaces", await hosts.ReadLine(Cancel));
        (Agent client, Agent server) = await dashboard.Both(Cancel);

        Assert.Equal(3, new[] { client.NetworkNamespace, server.NetworkNamespace, new FileInfo("/proc/self/ns/net").LinkTarget }.Distinct().Count());
        foreach (
            (Agent agent, string address, string second, string v6) in new[]
            {
                (client, "192.168.122.177", "192.168.122.178", "fd00:192:168:122::177"),
                (server, "192.168.122.68", "192.168.122.69", "fd00:192:168:122::68"),
            }
        )
        {
            Assert.Equal(
                (address, "eth0", hosts.Id.ToString(CultureInfo.InvariantCulture)),
                (agent.Option("--address"), agent.Option("--interface"), agent.Option("--die-with-parent"))
            );
            Assert.False(agent.Has("--rows"));
            string links = await InNamespace.Of(agent, "ip -4 -o address", Cancel);
            Assert.Contains($"inet {address}/24 brd 192.168.122.255 scope global eth0", links, StringComparison.Ordinal);
            Assert.Contains($"inet {second}/24 brd 192.168.122.255 scope global secondary eth0", links, StringComparison.Ordinal);
            Assert.Contains("inet 127.0.0.1/8", links, StringComparison.Ordinal);
            // Usable at once: neither tentative nor asked after.
            Assert.Contains($"inet6 {v6}/64 scope global nodad", await InNamespace.Of(agent, "ip -6 -o address", Cancel), StringComparison.Ordinal);
            Assert.Equal((second, agent.NetworkNamespace), (agent.Option("--second-address"), $"net:[{agent.Option("--own-namespace")}]"));
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Starter.Root)]
    [InlineData(Starter.OrdinaryUser)]
    public async Task The_hosts_reach_each_other(Starter starter)
    {
        using var dashboard = new FakeDashboard(starter);
        using LocalHostsRig hosts = LocalHostsRig.Start(starter, dashboard);
        (Agent client, Agent server) = await dashboard.Both(Cancel);

        // Refused is the other kernel's answer to a SYN for a port where nobody listens.
        Assert.Contains("Connection refused", await InNamespace.Of(client, "exec 3<>/dev/tcp/192.168.122.68/9", Cancel), StringComparison.Ordinal);
        Assert.Contains("Connection refused", await InNamespace.Of(server, "exec 3<>/dev/tcp/192.168.122.177/9", Cancel), StringComparison.Ordinal);
        foreach (string address in (string[])["192.168.122.69", "fd00:192:168:122::68"])
            Assert.Contains("Connection refused", await InNamespace.Of(client, $"exec 3<>/dev/tcp/{address}/9", Cancel), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Starter.Root)]
    [InlineData(Starter.OrdinaryUser)]
    public async Task Each_host_has_a_small_hash_of_its_own_and_room_for_time_wait(Starter starter)
    {
        using var dashboard = new FakeDashboard(starter);
        using LocalHostsRig hosts = LocalHostsRig.Start(starter, dashboard);
        (Agent client, Agent server) = await dashboard.Both(Cancel);

        foreach (Agent agent in new[] { client, server })
        {
            string sysctls = await InNamespace.Of(agent, "cd /proc/sys/net/ipv4; cat tcp_ehash_entries tcp_max_tw_buckets", Cancel);
            Assert.Equal("1024\n65536", sysctls);
        }

        // Not a figure of this machine but a ratio on it: reading walks every bucket.
        const string Fastest =
            "for i in {1..20}; do a=$EPOCHREALTIME; read -r -N 65536 x </proc/net/tcp; b=$EPOCHREALTIME; echo $((${b/./} - ${a/./})); done | sort -n | head -n 1";
        long buckets = long.Parse(await InNamespace.Outside("cat /proc/sys/net/ipv4/tcp_ehash_entries", Cancel), CultureInfo.InvariantCulture);
        Assert.SkipWhen(buckets < 65536, $"this machine's own hash is small: {buckets} buckets");
        long inside = long.Parse(await InNamespace.Of(server, Fastest, Cancel), CultureInfo.InvariantCulture);
        long outside = long.Parse(await InNamespace.Outside(Fastest, Cancel), CultureInfo.InvariantCulture);
        Assert.True(inside * 3 < outside, $"a read takes {inside} us in the namespace, {outside} us outside");
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Starter.Root)]
    [InlineData(Starter.OrdinaryUser)]
    public async Task An_agent_that_ends_is_started_again_in_the_same_namespace(Starter starter)
    {
        using var dashboard = new FakeDashboard(starter);
        using LocalHostsRig hosts = LocalHostsRig.Start(starter, dashboard);
        (Agent client, Agent server) = await dashboard.Both(Cancel);
        string before = client.NetworkNamespace;

        using (var end = new Ends(client.Process))
        {
            end.Kill();
            Assert.True(end.Within(TimeSpan.FromSeconds(20)));
        }

        Agent next = await dashboard.Next(Cancel, client, server);
        Assert.Equal(("client", before), (next.Name, next.NetworkNamespace));
        Assert.Contains("inet 192.168.122.177/24", await InNamespace.Of(next, "ip -4 -o address", Cancel), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Refused_namespaces_end_it_with_3_and_the_call_and_its_errno()
    {
        using var dashboard = new FakeDashboard();
        using LocalHostsRig hosts = LocalHostsRig.StartWithoutRights(dashboard);
        (int exit, string error) = await hosts.Finish(Cancel);
        Assert.Equal(
            (3, "reuseaddr-agent local-hosts: the kernel refuses the namespaces: unshare(CLONE_NEWNET): Operation not permitted (EPERM)"),
            (exit, error)
        );
        Assert.True(Directory.Exists(dashboard.Directory), "the Server goes on with it on loopback");
    }

    [Fact(Timeout = 60_000)]
    public async Task Namespaces_over_the_limit_end_it_with_3_as_well()
    {
        using var dashboard = new FakeDashboard();
        string command = string.Join(' ', LocalHostsRig.Command(dashboard, "namespaces"));
        using LocalHostsRig limited = LocalHostsRig.Start([
            "unshare",
            "--user",
            "--map-root-user",
            "--",
            "sh",
            "-c",
            $"echo 1 >/proc/sys/user/max_net_namespaces; exec {command}",
        ]);
        (int exit, string error) = await limited.Finish(Cancel);
        Assert.Equal(
            (3, "reuseaddr-agent local-hosts: the kernel refuses the namespaces: unshare(CLONE_NEWNET): No space left on device (ENOSPC)"),
            (exit, error)
        );
    }
}
