using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Link;

public sealed class ServerLinkTests
{
    private static NoteEvent Note(long t) => new() { T = t, Message = new("test") };

    private static SocketEvent Socket(long t) =>
        new()
        {
            T = t,
            Local = TcpEndpoint.V4(1, 1),
            Remote = TcpEndpoint.V4(2, 2),
            From = TcpState.SynSent,
            To = TcpState.Established,
        };

    [Fact]
    public async Task Announces_its_host()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        await using var agent = new LinkRig(dashboard.Address);
        await dashboard.Agent();
        AgentHello hello = Assert.Single(dashboard.Ledger.Hellos);
        Assert.Equal((AgentHello.CurrentProtocol, "instance", "server"), (hello.Protocol, hello.Instance, hello.Facts.Name));
    }

    [Fact]
    public async Task A_report_whose_answer_was_lost_is_held_once()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        dashboard.Ledger.CutAfterTaking = 1;
        await using var agent = new LinkRig(dashboard.Address);
        for (int i = 1; i <= 100; i++)
            agent.Outbox.Add(Note(i));
        agent.Outbox.End(1);
        await dashboard.Ledger.Until(1);
        dashboard.Ledger.CutAfterTaking = 1;
        for (int i = 101; i <= 200; i++)
            agent.Outbox.Add(Note(i));
        agent.Outbox.End(2);
        await dashboard.Ledger.Until(2);

        await dashboard.Agent();
        await dashboard.Agent();
        await dashboard.Agent();
        Assert.Equal(Enumerable.Range(1, 200), dashboard.Ledger.Items.Where(i => i.Event is not null).Select(i => (int)i.Event!.T));
        Assert.Equal(Enumerable.Range(1, 202), dashboard.Ledger.Items.Select(i => (int)i.Number));
    }

    [Fact]
    public async Task Comes_back_by_itself_and_tells_what_happened_meanwhile()
    {
        int port = Ports.Free();
        FakeDashboard dashboard = await FakeDashboard.Start(port: port);
        await using var agent = new LinkRig(dashboard.Address, time: new SwiftTime());
        agent.Outbox.End(1);
        await dashboard.Ledger.Until(1);
        Ledger ledger = dashboard.Ledger;
        await dashboard.DisposeAsync();
        for (int i = 1; i <= 1000; i++)
            agent.Outbox.Add(Note(i));
        agent.Outbox.End(2);

        await using FakeDashboard again = await FakeDashboard.Start(ledger, port: port);
        Assert.Equal(1001, (await ledger.Until(2)).Count);
        Assert.Equal(Enumerable.Range(1, 1002), ledger.Items.Select(i => (int)i.Number));
        Assert.Equal(0, ledger.Doubles);
    }

    [Fact]
    public async Task What_did_not_fit_is_told_as_a_gap()
    {
        int port = Ports.Free();
        await using var agent = new LinkRig($"http://127.0.0.1:{port}", new Outbox(maxItems: 100), new SwiftTime());
        for (int i = 0; i < 1000; i++)
            agent.Outbox.Add(Socket(i));
        agent.Outbox.End(1);

        await using FakeDashboard dashboard = await FakeDashboard.Start(port: port);
        IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(1);
        GapEvent gap = Assert.Single(items.Select(i => i.Event).OfType<GapEvent>());
        SocketEvent[] kept = [.. items.Select(i => i.Event).OfType<SocketEvent>()];
        Assert.Equal(1000, gap.Lost + kept.Length);
        Assert.Equal(Enumerable.Range(1000 - kept.Length, kept.Length), kept.Select(e => (int)e.T));
        Assert.Equal(Enumerable.Range(1, items.Count), items.Select(i => (int)i.Number));
    }

    [Fact]
    public async Task A_refused_agent_asks_again_slowly()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        dashboard.Ledger.Refuse = new("test.taken");
        var time = new SwiftTime();
        await using var agent = new LinkRig(dashboard.Address, time: time);
        while (dashboard.Ledger.Hellos.Count < 2)
            await Task.Yield();
        dashboard.Ledger.Refuse = null;
        await dashboard.Agent();
        Assert.Contains(ServerLink.RefusedPause, time.Asked);
    }

    [Fact]
    public async Task A_refused_agent_has_no_error_to_log()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        dashboard.Ledger.Refuse = new("test.taken");
        using var logs = new ErrorsLogged();
        await using (var agent = new LinkRig(dashboard.Address, time: new SwiftTime(), logs: logs))
        {
            while (dashboard.Ledger.Hellos.Count < 20)
                await Task.Yield();
        }
        Assert.Empty(logs.Errors);
    }

    [Fact]
    public async Task Works_over_a_unix_socket()
    {
        string directory = Directory.CreateTempSubdirectory("reuseaddr-unix-").FullName;
        try
        {
            await using FakeDashboard dashboard = await FakeDashboard.Start(unixPath: Path.Combine(directory, "s"));
            await using var agent = new LinkRig(dashboard.Address);
            IAgentClient client = await dashboard.Agent();
            await client.CarryOut(new LookOrder { Id = 7 });
            Assert.True(Assert.Single(await dashboard.Ledger.Until(7)).Done);
            long before = Agent.Kernel.KernelClock.Monotonic();
            Assert.InRange(await client.Monotonic(), before, Agent.Kernel.KernelClock.Monotonic());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Lesson_sockets_are_closed_when_the_link_stays_lost()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start(new Ledger { Runs = ["r"] });
        var time = new SwiftTime();
        await using var agent = new LinkRig(dashboard.Address, time: time, closeAfter: TimeSpan.FromSeconds(30));
        IAgentClient client = await dashboard.Agent();
        await client.CarryOut(
            new CallOrder
            {
                Id = 1,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Socket,
            }
        );
        await dashboard.Ledger.Until(1);
        dashboard.Ledger.Refuse = new("test.ending");
        dashboard.Ledger.CutAfterTaking = 1;
        agent.Outbox.Add(Note(0));
        // From the refused hello on nobody else takes from the outbox.
        while (dashboard.Ledger.Hellos.Count < 2)
            await Task.Yield();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            // What the dashboard took and did not acknowledge comes again.
            await agent.Outbox.WaitAsync(limit.Token);
            IReadOnlyList<AgentItem> items = agent.Outbox.NextReport();
            if (items.Any(i => i.Event is CallEvent { Call: "close", Socket: "lfd" }))
                break;
            agent.Outbox.Acknowledge(items[^1].Number);
        }
        Assert.Contains(TimeSpan.FromSeconds(30), time.Asked);
    }

    [Fact]
    public async Task An_order_that_overtakes_the_welcome_is_carried_out_after_it()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        dashboard.Ledger.OrderBeforeWelcome = new CallOrder
        {
            Id = 1,
            Run = "r",
            Socket = "lfd",
            Call = SocketCall.Socket,
        };
        await using var agent = new LinkRig(dashboard.Address);
        IAgentClient client = await dashboard.Agent();
        await client.CarryOut(new LookOrder { Id = 2 });
        IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(2);
        // The welcome says that no run is open: had the order come first, its socket would be closed again.
        Assert.Equal("socket", Assert.Single(items.Select(i => i.Event).OfType<CallEvent>()).Call);
    }

    [Fact]
    public async Task An_order_to_an_agent_that_is_then_refused_does_not_keep_it_from_asking_again()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        dashboard.Ledger.OrderBeforeWelcome = new CallOrder
        {
            Id = 1,
            Run = "r",
            Socket = "lfd",
            Call = SocketCall.Socket,
        };
        dashboard.Ledger.Refuse = new("test.not-now");
        await using var agent = new LinkRig(dashboard.Address, time: new SwiftTime());
        while (dashboard.Ledger.Hellos.Count < 3)
            await Task.Yield();
        dashboard.Ledger.OrderBeforeWelcome = null;
        dashboard.Ledger.Refuse = null;
        IAgentClient client = await dashboard.Agent();
        await client.CarryOut(new LookOrder { Id = 2 });
        Assert.Single(await dashboard.Ledger.Until(2));
    }

    [Theory]
    [InlineData("r", false)]
    [InlineData("other", true)]
    [InlineData(null, true)]
    public async Task Lesson_sockets_of_a_run_that_is_over_are_closed_on_coming_back(string? open, bool closed)
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        await using var agent = new LinkRig(dashboard.Address, time: new SwiftTime());
        IAgentClient client = await dashboard.Agent();
        await client.CarryOut(
            new CallOrder
            {
                Id = 1,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Socket,
            }
        );
        await dashboard.Ledger.Until(1);
        dashboard.Ledger.Runs = open is null ? [] : [open];
        dashboard.Ledger.CutAfterTaking = 1;
        agent.Outbox.Add(Note(0));

        client = await dashboard.Agent();
        await client.CarryOut(new LookOrder { Id = 2 });
        IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(2);
        Assert.Equal(closed, items.Any(i => i.Event is CallEvent { Call: "close", Socket: "lfd" }));
    }
}
