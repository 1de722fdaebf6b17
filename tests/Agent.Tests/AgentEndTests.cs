using System.Globalization;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests;

/// <summary>How the agent ends, and what it leaves behind: nothing.</summary>
public sealed class AgentEndTests
{
    private static async Task<int> Listen(FakeDashboard dashboard, IAgentClient agent)
    {
        int port = Ports.Free();
        await agent.CarryOut(new WatchOrder { Id = 1, Ports = [port] });
        await agent.CarryOut(
            new CallOrder
            {
                Id = 2,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Socket,
            }
        );
        await agent.CarryOut(
            new CallOrder
            {
                Id = 3,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Bind,
                Address = TcpEndpoint.V4(0, (ushort)port),
            }
        );
        await agent.CarryOut(
            new CallOrder
            {
                Id = 4,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Listen,
                Backlog = 5,
            }
        );
        await agent.CarryOut(
            new CallOrder
            {
                Id = 5,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Accept4,
                Accepted = "afd",
                TimeoutMs = 120_000,
            }
        );
        await dashboard.Ledger.Until(4);
        Assert.Contains($":{port} ", CProgram.Tool("ss", "-Hltn", $"sport = :{port}"), StringComparison.Ordinal);
        return port;
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_closes_every_lesson_socket_and_tells_it(string signal)
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        int port = await Listen(dashboard, await dashboard.Agent());
        process.Signal(signal);

        Assert.Equal(0, await process.Ended());
        CallEvent close = Assert.Single(dashboard.Ledger.Items.Select(i => i.Event).OfType<CallEvent>(), c => c.Call == "close");
        Assert.Equal(("lfd", 0L), (close.Socket, close.Result));
        Assert.Contains(dashboard.Ledger.Items, i => i is { OrderId: 5, Done: true, Refused: not null });
        Assert.Contains(dashboard.Ledger.Items, i => i.Event is SocketEvent { From: TcpState.Listen, To: null });
        Assert.Empty(CProgram.Tool("ss", "-Hltn", $"sport = :{port}"));
    }

    [Theory]
    [InlineData("/notify")]
    [InlineData("@")]
    public async Task It_tells_systemd_that_it_is_ready_and_that_it_stops(string name)
    {
        string directory = Directory.CreateTempSubdirectory("reuseaddr-test-").FullName;
        // A file, or an abstract name.
        string path = name == "@" ? "@" + directory : directory + name;
        using var manager = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Dgram,
            System.Net.Sockets.ProtocolType.Unspecified
        );
        manager.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path.Replace('@', '\0')));
        using AgentProcess process = AgentProcess.Start(["--dashboard", "http://127.0.0.1:1", "--name", "server"], "env", "NOTIFY_SOCKET=" + path);
        Assert.Equal("READY=1", await Told());
        process.Signal("TERM");
        Assert.Equal("STOPPING=1", await Told());
        Assert.Equal(0, await process.Ended());
        Directory.Delete(directory, recursive: true);

        async Task<string> Told()
        {
            var octets = new byte[64];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            return System.Text.Encoding.ASCII.GetString(octets, 0, await manager.ReceiveAsync(octets, limit.Token));
        }
    }

    [Fact]
    public async Task It_ends_though_the_dashboard_is_not_there()
    {
        FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        await dashboard.Agent();
        await dashboard.DisposeAsync();
        process.Signal("TERM");
        Assert.Equal(0, await process.Ended());
    }

    [Fact]
    public async Task It_does_not_start_for_a_parent_that_is_not_its_own()
    {
        (int code, _, string error) = await AgentProcess.Run("--dashboard", "http://127.0.0.1:1", "--name", "server", "--die-with-parent", "1");
        Assert.Equal(1, code);
        Assert.Contains("process 1 is not the parent", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_dies_with_its_parent_and_leaves_SIGINT_to_it()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess shell = AgentProcess.Start(
            ["--dashboard", dashboard.Address, "--name", "server", "--die-with-parent", "PARENT"],
            "bash",
            "-c",
            "\"${@/PARENT/$$}\" & wait",
            "bash"
        );
        IAgentClient agent = await dashboard.Agent();
        int port = await Listen(dashboard, agent);
        int pid = dashboard.Ledger.Hellos.Single().Facts.Pid;
        shell.Signal("INT", pid);
        await agent.CarryOut(new LookOrder { Id = 9 });
        await dashboard.Ledger.Until(9);

        shell.Signal("KILL");
        await shell.Ended();
        while (Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")))
            await Task.Yield();
        Assert.Empty(CProgram.Tool("ss", "-Hltn", $"sport = :{port}"));
    }

    [Fact]
    public async Task Coming_back_again_and_again_leaves_no_descriptor_open()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        var open = new List<int>();
        for (int i = 1; i <= 12; i++)
        {
            IAgentClient agent = await dashboard.Agent();
            open.Add(
                Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{dashboard.Ledger.Hellos.First().Facts.Pid}/fd")).Length
            );
            dashboard.Ledger.CutAfterTaking = 1;
            await agent.CarryOut(new LookOrder { Id = i });
            await dashboard.Ledger.Until(i);
        }
        Assert.InRange(open[^1], 1, open[1] + 3);
    }
}
