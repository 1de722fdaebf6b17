using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>How a lab has cells tried, and what it keeps of them.</summary>
public sealed class LabMatrixTests
{
    [Fact]
    public void The_port_s_host_is_asked_and_what_came_is_kept()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        Assert.Null(bench.State.Matrix);
        Assert.True(bench.Ask(new TryCells { Set = CellSet.Basic }).Ok);
        Assert.Empty(client.Orders);
        TryCellsOrder order = server.Orders.OfType<TryCellsOrder>().Single();
        Assert.Equal(MatrixCell.Basic, order.Cells);
        Assert.Equal([11111], order.Avoid);
        MatrixProgress progress = bench.State.Matrix!;
        Assert.Equal(("server", 64, false, null), (progress.Host, progress.Filled, progress.Busy, progress.Problem));
        MatrixView view = bench.Lab.Matrix.View(0);
        Assert.Equal((progress.Number, true, 64, "6.18.0"), (view.Number, view.Whole, view.File!.Results.Count, view.File.Host.Kernel));
        // What came later is told alone.
        Assert.True(bench.Ask(new TryCells { Cells = [MatrixCell.Basic[3], MatrixCell.Basic[3]] }).Ok);
        MatrixView news = bench.Lab.Matrix.View(view.Number);
        Assert.Equal((false, MatrixCell.Basic[3]), (news.Whole, Assert.Single(news.File!.Results).Cell));
        Assert.Equal(64, bench.Lab.Matrix.View(0).File!.Results.Count);
        Assert.Empty(bench.Lab.Matrix.View(news.Number).File!.Results);
        Assert.True(bench.Lab.Matrix.View(news.Number + 1000).Whole);
    }

    [Fact]
    public void Cells_fill_as_they_come_and_what_was_not_asked_for_is_passed_over()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Silent = o => o is TryCellsOrder;
        long asked = bench.Begin(new TryCells { Set = CellSet.Basic });
        TryCellsOrder order = server.Orders.OfType<TryCellsOrder>().Single();
        Assert.Equal((64, 0, true), (bench.State.Matrix!.Asked, bench.State.Matrix.Done, bench.State.Matrix.Busy));
        server.Tell(order, new([new(MatrixCell.Basic[0], MatrixAnswer.Ok)], BenchScenarios.MatrixHost()));
        server.Tell(order, new([new(MatrixCell.Basic[0], new(PortCall.Bind, "EADDRINUSE")), new(MatrixCell.All[0], MatrixAnswer.Ok)]));
        server.Tell(order with { Id = order.Id + 7 }, new([new(MatrixCell.Basic[1], MatrixAnswer.Ok)]));
        Assert.Equal((64, 1, 1), (bench.State.Matrix!.Asked, bench.State.Matrix.Done, bench.State.Matrix.Filled));
        Assert.True(bench.Lab.Matrix.View(0).File!.Results[0].Kernel!.Value.IsOk);
        Assert.Equal(LabRefusals.CellsBusy, bench.Ask(new TryCells { Set = CellSet.All }).Refusal?.Code);
        server.Silent = _ => false;
        server.Answer(order);
        Assert.True(bench.Replies[asked].Ok);
        Assert.Equal((0, 64), (bench.State.Matrix!.Asked, bench.State.Matrix.Filled));
    }

    [Fact]
    public void A_stopped_trial_keeps_what_was_tried_and_says_so()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Silent = o => o is TryCellsOrder;
        server.Tries = _ => [];
        long asked = bench.Begin(new TryCells { Set = CellSet.Basic });
        TryCellsOrder order = server.Orders.OfType<TryCellsOrder>().Single();
        server.Tell(order, new([new(MatrixCell.Basic[0], MatrixAnswer.Ok)], BenchScenarios.MatrixHost(), LeftInTimeWait: 3));
        long stop = bench.Begin(new StopCells());
        Assert.IsType<StopCellsOrder>(server.Orders[^1]);
        Assert.False(bench.Replies.ContainsKey(stop));
        server.Answer(order);
        Assert.True(bench.Replies[stop].Ok);
        Assert.Equal(LabRefusals.CellsStopped, bench.Replies[asked].Refusal?.Code);
        Assert.Equal(
            (1, "1", "64", 3),
            (bench.State.Matrix!.Filled, bench.State.Matrix.Problem!["done"], bench.State.Matrix.Problem["asked"], bench.State.Matrix.LeftInTimeWait)
        );
        Assert.True(bench.Ask(new StopCells()).Ok);
    }

    [Fact]
    public void An_agent_that_does_not_end_or_comes_back_as_another_ends_the_trial()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Silent = o => o is TryCellsOrder;
        long asked = bench.Begin(new TryCells { Set = CellSet.Basic });
        bench.Pass(LabLimits.Cells + TimeSpan.FromSeconds(1));
        Assert.Equal(LabRefusals.CellsUnanswered, bench.Replies[asked].Refusal?.Code);
        // What it may still be at is to end.
        Assert.IsType<StopCellsOrder>(server.Orders[^1]);
        asked = bench.Begin(new TryCells { Set = CellSet.Basic });
        server.Leave();
        bench.Join("server");
        Assert.Equal(LabRefusals.CellsUnanswered, bench.Replies[asked].Refusal?.Code);
        Assert.False(bench.State.Matrix!.Busy);
        Assert.True(bench.Ask(new TryCells { Set = CellSet.Basic }).Ok);
    }

    [Fact]
    public void Another_kernel_begins_anew()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        Assert.True(bench.Ask(new TryCells { Set = CellSet.Basic }).Ok);
        long before = bench.State.Matrix!.Number;
        server.Tries = order => [new([], BenchScenarios.MatrixHost("6.19.0")), new([new(order.Cells[0], MatrixAnswer.Ok)])];
        Assert.True(bench.Ask(new TryCells { Cells = [MatrixCell.Basic[0]] }).Ok);
        MatrixView view = bench.Lab.Matrix.View(before);
        Assert.Equal((true, 1, "6.19.0"), (view.Whole, view.File!.Results.Count, view.File.Host.Kernel));
        // So does the same under another sysctl.
        server.Tries = order =>
            [
                new([], BenchScenarios.MatrixHost("6.19.0") with { Sysctls = new Dictionary<string, string?> { ["net.ipv6.bindv6only"] = "1" } }),
                new([new(order.Cells[0], MatrixAnswer.Ok)]),
            ];
        Assert.True(bench.Ask(new TryCells { Cells = [MatrixCell.Basic[1]] }).Ok);
        Assert.Equal(MatrixCell.Basic[1], Assert.Single(bench.Lab.Matrix.View(0).File!.Results).Cell);
    }

    [Fact]
    public void What_cannot_be_tried_is_refused()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        foreach (
            TryCells bad in (TryCells[])
                [
                    new(),
                    new() { Cells = [] },
                    new() { Set = CellSet.All, Cells = [MatrixCell.Basic[0]] },
                    new() { Set = (CellSet)9 },
                    new() { Cells = [.. MatrixCell.All.Take(TryCells.MaxNamed + 1)] },
                ]
        )
        {
            Assert.Equal(LabRefusals.BadCells, bench.Ask(bad).Refusal?.Code);
        }

        server.Refuses = _ => new("agent.ending");
        Assert.False(bench.Ask(new TryCells { Set = CellSet.Basic }).Ok);
        server.Leave();
        Assert.Equal(LabRefusals.HostsMissing, bench.Ask(new TryCells { Set = CellSet.Basic }).Refusal?.Code);
    }

    [Fact]
    public void The_ports_of_open_runs_are_not_touched()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        bench.Start(port: 22222);
        Assert.True(bench.Ask(new WatchPorts([33333])).Ok);
        Assert.True(bench.Ask(new TryCells { Cells = [MatrixCell.Basic[0]] }).Ok);
        Assert.Equal([22222, 33333], server.Orders.OfType<TryCellsOrder>().Single().Avoid);
    }
}
