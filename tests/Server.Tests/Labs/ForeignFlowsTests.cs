using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>
/// What others do on a run's port is sampled and counted; what the run does is kept whole, also where its own connection begins in the middle of theirs.
/// </summary>
public sealed class ForeignFlowsTests
{
    [Fact]
    public void A_flood_of_other_connections_is_sampled_and_counted_and_the_runs_own_is_kept_whole()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        void Flood(int from, int count)
        {
            for (int i = from; i < from + count; i++)
            {
                server.Tell(
                    Segment($"10.9.{i / 250}.{i % 250}:40000", ServerEnd, "SYN", bench.Now, false),
                    Segment(ServerEnd, $"10.9.{i / 250}.{i % 250}:40000", "SYN,ACK", bench.Now, true)
                );
            }
        }
        Flood(0, 1_000);
        // The run's own handshake is seen before anybody can know that it is its own.
        server.Tell(Segment(ClientEnd, ServerEnd, "SYN", bench.Now, false));
        client.Tell(Segment(ClientEnd, ServerEnd, "SYN", bench.Now, true));
        client.Connected = (ClientEnd, ServerEnd);
        server.Connected = (ServerEnd, ClientEnd);
        Assert.True(bench.Ask(new RunStep(id, "connect")).Ok);
        server.Tell(Segment(ClientEnd, ServerEnd, "PSH,ACK", bench.Now, false));
        bench.Pass(TimeSpan.FromSeconds(1));

        SegmentEvent[] kept = [.. bench.Log<SegmentEvent>(id)];
        Assert.Equal(2, kept.Count(s => s.Flags == "SYN" && $"{s.From}" == ClientEnd));
        Assert.Single(kept, s => s.Flags == "PSH,ACK");
        Assert.Equal(2 * LabRun.ForeignSample.Burst, kept.Count(s => $"{s.From} {s.To}".Contains("10.9.", StringComparison.Ordinal)));
        GapEvent gap = Assert.Single(bench.Log<GapEvent>(id));
        Assert.Equal(
            (TestServer, EvidenceSource.Capture, 2 * (1_000 - LabRun.ForeignSample.Burst), $"{1_000 - LabRun.ForeignSample.Burst}"),
            (gap.Host, gap.Source, gap.Lost, gap.Reason["flows"])
        );

        // More come with time, and a kept one is kept to its end.
        Flood(2_000, 100);
        server.Tell(Segment("10.9.0.0:40000", ServerEnd, "FIN,ACK", bench.Now, false));
        Assert.Equal(
            2 * (LabRun.ForeignSample.Burst + LabRun.ForeignSample.PerSecond) + 1,
            bench.Log<SegmentEvent>(id).Count(s => $"{s.From} {s.To}".Contains("10.9.", StringComparison.Ordinal))
        );
        bench.Ask(new ResetRun(id));
        Assert.Equal(2, bench.Log<GapEvent>(id).Count());
    }

    private const string TestServer = "server";

    [Fact]
    public void However_long_it_goes_on_only_so_many_are_kept()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        for (int i = 0; i < LabRun.ForeignSample.Most; i++)
        {
            server.Tell(
                Segment($"10.{i / 62_500}.{i / 250 % 250}.{i % 250}:40000", ServerEnd, "SYN", bench.Now, false),
                Segment($"11.{i / 62_500}.{i / 250 % 250}.{i % 250}:40000", ServerEnd, "SYN", bench.Now, false)
            );
            bench.Pass(TimeSpan.FromSeconds(0.25));
        }
        Assert.Equal(LabRun.ForeignSample.Most, bench.Log<SegmentEvent>(id).Count());
    }

    [Fact]
    public void Listeners_and_bound_sockets_of_others_are_always_kept_for_they_are_in_the_way()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        string id = bench.Start();
        for (int i = 0; i < 200; i++)
            server.Tell(Segment($"10.9.0.{i}:40000", ServerEnd, "SYN", bench.Now, false));
        server.Tell(Row("0.0.0.0:22222", "0.0.0.0:0", null, TcpState.Listen, bench.Now, 77));
        Assert.Single(bench.Log<SocketEvent>(id), r => r is { To: TcpState.Listen, Inode: 77 });
    }
}
