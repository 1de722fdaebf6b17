using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Tests.Labs;

namespace ReuseAddrDashboard.Server.Tests.Hubs;

/// <summary>What changes often leads from one state of a lab to the next, also by way of JSON.</summary>
public sealed class LabNowTests
{
    [Fact]
    public void What_changed_leads_to_the_same_state()
    {
        (LabBench bench, BenchAgent client, _) = LabBench.WithAgents();
        string id = bench.Start();
        LabState before = bench.State;
        bench.Ask(new RunStep(id, "start"));
        client.Silent = _ => true;
        bench.Begin(new RunStep(id, "connect"));
        bench.Pass(TimeSpan.FromMilliseconds(7));
        LabState after = bench.State with
        {
            Ports = [22222, 22223],
            Sockets = [BenchScenarios.Row("192.168.122.68:22", "192.168.122.1:4000", null, TcpState.TimeWait, -5)],
            Matrix = new MatrixProgress(3, "server", 3, 64, 3, null, 0),
            Problem = new Message("store.full"),
            Notice = Message.Of("store.put-aside", ("file", "/x")),
            Hosts = [before.Hosts[0] with { ClockUncertainty = 17_000 }, before.Hosts[1]],
        };
        Assert.True(after.Runs[0].Busy);

        string sent = JsonSerializer.Serialize(LabNow.Between(before, after), LabJson.Default.LabNow);

        LabState there = JsonSerializer.Deserialize(sent, LabJson.Default.LabNow)!.After(before);
        Assert.Equal(Told(after), Told(there));
        Assert.NotEqual(Told(before), Told(there));
        Assert.InRange(sent.Length, 1, Told(after).Length / 4);
    }

    [Fact]
    public void What_seldom_changes_is_sent_whole()
    {
        (LabBench bench, BenchAgent client, _) = LabBench.WithAgents();
        LabState before = bench.State;
        Assert.NotNull(LabNow.Between(before, bench.State));
        bench.Start();
        LabState started = bench.State;
        Assert.Null(LabNow.Between(before, started));
        client.Leave();
        Assert.Null(LabNow.Between(started, bench.State));
        Assert.Null(LabNow.Between(started, started with { Mode = HostsMode.Remote }));
        Assert.Null(LabNow.Between(started, started with { ModeReason = new Message("hosts.none") }));
        Assert.Null(LabNow.Between(started, started with { Server = "another" }));
    }

    private static string Told(LabState state) => JsonSerializer.Serialize(state, WireJson.Default.LabState);
}
