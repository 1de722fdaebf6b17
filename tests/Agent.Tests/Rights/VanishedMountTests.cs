using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Rights;

public sealed class VanishedMountTests
{
    [Fact]
    public async Task What_is_open_goes_on_when_proc_and_sys_are_unmounted_under_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Unmounting needs root: start the tests with sudo.");
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(
            ["--dashboard", dashboard.Address, "--name", "server"],
            "unshare",
            "--mount",
            "--propagation",
            "private"
        );
        IAgentClient agent = await dashboard.Agent();
        int port = Ports.Free();
        await agent.CarryOut(new WatchOrder { Id = 1, Ports = [port] });
        await dashboard.Ledger.Until(1);
        // Lazily, as a clean-up of the host may do; tracefs and the kernel's types are below /sys.
        CProgram.Tool("nsenter", "--mount", "--target", $"{process.Id}", "umount", "-l", "/sys", "/proc");

        TcpEndpoint at = TcpEndpoint.V4(0x7f00_0001, (ushort)port);
        (string, SocketCall)[] calls =
        [
            ("lfd", SocketCall.Socket),
            ("lfd", SocketCall.Bind),
            ("lfd", SocketCall.Listen),
            ("cfd", SocketCall.Socket),
            ("cfd", SocketCall.Connect),
            ("cfd", SocketCall.Close),
        ];
        long id = 1;
        foreach ((string socket, SocketCall call) in calls)
        {
            await agent.CarryOut(
                new CallOrder
                {
                    Id = ++id,
                    Run = "r",
                    Socket = socket,
                    Call = call,
                    Address = at,
                }
            );
            Assert.Null((await dashboard.Ledger.Until(id))[^1].Refused);
        }
        RunEvent[] told = [.. dashboard.Ledger.Items.Select(i => i.Event).OfType<RunEvent>()];
        Assert.Contains(told, e => e is SocketEvent { To: TcpState.Established });
        Assert.Contains(told, e => e is StateEvent { Source: EvidenceSource.Diag, To: TcpState.BoundInactive });
        Assert.Contains(told, e => e is StateEvent { Source: EvidenceSource.Trace, From: TcpState.Established, To: TcpState.FinWait1 });
        Assert.Contains(told, e => e is SegmentEvent { Flags: "SYN,ACK" });
        Assert.DoesNotContain(told, e => e is GapEvent && !TracedHost.IsOfAnybody(e));
    }
}
