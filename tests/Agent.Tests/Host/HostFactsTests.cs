using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Host;

public sealed class HostFactsTests
{
    private static HostFacts Read(params string[] args) =>
        HostFactsReader.Read(
            OptionLine.Parse(["--dashboard", "http://h:1", "--name", "client", .. args], out _)!,
            SourceFacts.All(capture: KernelRefusal.Of("socket(AF_PACKET)", Constants.EPERM), trace: null),
            [HostAbilities.Fork]
        );

    [Fact]
    public void Tells_what_the_machines_own_programs_tell()
    {
        HostFacts facts = Read();
        Assert.Equal("client", facts.Name);
        Assert.Equal(CProgram.Tool("uname", "-r").Trim(), facts.Kernel);
        Assert.Equal(CProgram.Tool("uname", "-n").Trim(), facts.HostName);
        Assert.Equal(CProgram.Tool("getconf", "CLK_TCK").Trim(), $"{facts.ClockTicks}");
        Assert.Contains(facts.KernelHz, (int[])[100, 250, 300, 1000]);
        Assert.Equal(CProgram.Tool("id", "-u").Trim(), $"{facts.Uid}");
        Assert.Equal(CProgram.Tool("readlink", "/proc/self/ns/net").Trim(), $"net:[{facts.NetworkNamespace}]");
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), facts.BootId);
        Assert.Contains($"\"{facts.Os}\"", File.ReadAllText("/etc/os-release"), StringComparison.Ordinal);
        Assert.Equal(SourceFact.All, facts.Sources.Select(s => s.Name));
        Assert.Equal(["proc", "diag", "trace"], facts.Sources.Where(s => s.Available).Select(s => s.Name));
        Assert.Equal("socket(AF_PACKET): Operation not permitted (EPERM)", TextCatalog.English[facts.Sources[2].Missing!]);
        Assert.Contains("CAP_NET_RAW", TextCatalog.English[facts.Sources[2].Grant!], StringComparison.Ordinal);
        Assert.Equal([HostAbilities.Fork], facts.Abilities);
        Assert.Equal(4, facts.Sysctls.Count);
        Assert.Matches("^[0-9]+$", facts.Sysctls["net.ipv4.tcp_fin_timeout"]!);
        Assert.Matches("^[0-9]+ [0-9]+$", facts.Sysctls["net.ipv4.ip_local_port_range"]!);
    }

    [Fact]
    public void The_address_is_one_that_the_interface_has()
    {
        HostFacts facts = Read();
        Assert.Contains($"inet {facts.Address}/", CProgram.Tool("ip", "-4", "addr", "show", "dev", facts.Interface), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_go_before_what_is_found()
    {
        HostFacts facts = Read("--address", "192.0.2.7", "--interface", "veth9");
        Assert.Equal(("192.0.2.7", "veth9"), (facts.Address, facts.Interface));
        Assert.Equal("lo", Read("--address", "127.0.0.1").Interface);
        Assert.Equal("127.0.0.1", Read("--interface", "lo").Address);
    }

    [Fact]
    public void A_second_address_and_one_of_IPv6_are_those_that_are_given()
    {
        HostFacts facts = Read("--address", "127.0.0.2", "--second-address", "127.0.0.4", "--v6-address", "fd00::2");
        Assert.Equal(("127.0.0.2", "127.0.0.4", "fd00::2", "lo"), (facts.Address, facts.SecondAddress, facts.V6Address, facts.Interface));
    }

    [Fact]
    public Task Without_options_they_are_found_on_the_interface() =>
        CaptureNamespace.Run(
            (typeof(HostFactsTests), nameof(Without_options_they_are_found_on_the_interface)),
            () =>
            {
                CProgram.Tool("ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth8");
                foreach (string address in (string[])["10.9.8.7/24", "10.9.8.6/24", "fd00:9::7/64"])
                    CProgram.Tool("ip", ["address", "add", address, "dev", "eth7", .. address.Contains(':') ? (string[])["nodad"] : []]);
                foreach (string link in (string[])["eth7", "eth8"])
                    CProgram.Tool("ip", "link", "set", link, "up");
                HostFacts facts = Read("--interface", "eth7");
                Assert.Equal(("10.9.8.7", "10.9.8.6", "fd00:9::7"), (facts.Address, facts.SecondAddress, facts.V6Address));

                // Of what it tells no rows it announces no address.
                facts = Read("--interface", "eth7", "--rows", "10.9.8.7,fd00:9::7");
                Assert.Equal(("10.9.8.7", null, "fd00:9::7"), (facts.Address, facts.SecondAddress, facts.V6Address));
                facts = Read("--address", "127.0.0.1");
                Assert.Equal(("127.0.0.1", null, null), (facts.Address, facts.SecondAddress, facts.V6Address));
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Of_IPv6_addresses_those_count_that_others_reach_and_bind_takes()
    {
        string[] lines =
        [
            "fe800000000000000000000000000001 02 40 20 80     eth0",
            "fd00000000000000000000000000000a 02 40 00 01     eth0",
            "fd00000000000000000000000000000b 02 40 00 40     eth0",
            "fd00000000000000000000000000000c 02 40 00 a0     eth0",
            "fd00000000000000000000000000000d 02 40 00 82     eth0",
            "fd00000000000000000000000000000e 03 40 00 80     eth1",
            "00000000000000000000000000000001 01 80 10 80       lo",
            "no line",
            "",
        ];
        Assert.Equal(["fd00::d", "fd00::a"], HostAddress.V6Of(lines, "eth0").Select(a => a.ToString()));
        Assert.Empty(HostAddress.V6Of(lines, "lo"));
    }

    [Fact]
    public void A_namespace_is_its_own_only_where_it_is_the_one_that_was_named()
    {
        string inode = CProgram.Tool("readlink", "/proc/self/ns/net").Trim()[5..^1];
        static AgentOptions Options(params string[] args) => OptionLine.Parse(["--dashboard", "http://h:1", "--name", "client", .. args], out _)!;
        Assert.False(Abilities.HasOwnNamespace(Options()));
        Assert.False(Abilities.HasOwnNamespace(Options("--own-namespace", "1")));
        Assert.Equal(Environment.IsPrivilegedProcess, Abilities.HasOwnNamespace(Options("--own-namespace", inode)));
    }

    [Fact]
    public void The_default_route_with_the_lowest_metric_counts()
    {
        string[] lines =
        [
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask",
            "eth1\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
            "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
            "eth2\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
            "eth3\t00000000\t00000000\t0000\t0\t0\t0\t00000000\t0\t0\t0",
        ];
        Assert.Equal("eth0", HostAddress.DefaultRoute(lines));
        Assert.Null(HostAddress.DefaultRoute([]));
    }
}
