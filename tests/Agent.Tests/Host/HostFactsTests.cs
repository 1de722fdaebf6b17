using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Host;

public sealed class HostFactsTests
{
    private static HostFacts Read(params string[] args) => HostFactsReader.Read(OptionParser.Parse(["--dashboard", "http://h:1", "--name", "client", .. args], out _)!,
        SourceFacts.All(capture: KernelRefusal.Of("socket(AF_PACKET)", Constants.EPERM), trace: null));

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
        Assert.Equal("socket(AF_PACKET): Operation not permitted (EPERM).", facts.Sources[2].Missing);
        Assert.Contains("CAP_NET_RAW", facts.Sources[2].Grant, StringComparison.Ordinal);
        Assert.Equal(5, facts.Sysctls.Count);
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
    public void The_default_route_with_the_lowest_metric_counts()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                + "eth1\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\neth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
                + "eth2\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\neth3\t00000000\t00000000\t0000\t0\t0\t0\t00000000\t0\t0\t0\n");
            Assert.Equal("eth0", HostAddress.DefaultRoute(file));
        }
        finally
        {
            File.Delete(file);
        }
        Assert.Null(HostAddress.DefaultRoute("/nowhere"));
    }
}
