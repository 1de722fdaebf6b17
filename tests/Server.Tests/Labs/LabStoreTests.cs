using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.LabBench;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>What the lab does while its store does not work: it goes on, shows what happens, and has it stored later.</summary>
public sealed class LabStoreTests
{
    [Fact]
    public void While_nothing_can_be_stored_runs_go_on_and_are_stored_once_it_works()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start();
        bench.Stores = false;
        Assert.True(bench.Ask(new RunStep(id, "start")).Ok);
        Assert.Equal(3, bench.Log<CallEvent>(id).Count());
        Assert.Equal(LabBench.Full, bench.State.Problem);
        Assert.True(bench.Ask(new ResetRun(id)).Ok);
        string second = bench.Start();
        Assert.True(bench.Ask(new RunStep(second, "start")).Ok);
        bench.Stores = true;
        bench.Pass(LabLimits.StoreAgainAtMost);
        foreach (string run in (string[])[id, second])
        {
            Assert.Equal(bench.Stored[run], bench.Shown[run]);
            Assert.Equal(Enumerable.Range(1, bench.Stored[run].Count).Select(i => (long)i), bench.Stored[run].Select(e => e.Seq));
        }
        Assert.IsType<EndEvent>(bench.Stored[id][^1]);
        Assert.Contains(id, bench.Finished);
        Assert.Null(bench.State.Problem);
    }

    [Fact]
    public void It_is_tried_again_after_pauses_that_grow_to_a_bound()
    {
        (LabBench bench, _, _) = WithAgents();
        bench.Start();
        bench.Stores = false;
        string id = bench.Lab.Runs[0].Id;
        bench.Ask(new RunStep(id, "start"));
        int Tried(TimeSpan span)
        {
            int before = bench.Effects.OfType<StoreEvents>().Count();
            bench.Pass(span);
            return bench.Effects.OfType<StoreEvents>().Count() - before;
        }
        Assert.Equal([1, 0, 1, 0, 0, 0, 1], Enumerable.Range(0, 7).Select(_ => Tried(TimeSpan.FromSeconds(1))));
        Assert.InRange(Tried(TimeSpan.FromMinutes(10)), 600 / 16, 600 / 16 + 2);
    }

    [Fact]
    public void A_store_that_does_not_answer_holds_nobody_up_longer_than_its_patience()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start();
        bench.StoreHangs = true;
        long step = bench.Begin(new RunStep(id, "start"));
        Assert.Empty(bench.Log<CallEvent>(id));
        bench.Pass(2 * LabLimits.StorePatience);
        Assert.True(bench.Replies[step].Ok);
        Assert.Equal("store.slow", bench.State.Problem!.Code);
        Assert.Equal(3, bench.Log<CallEvent>(id).Count());
        // A new run starts as well.
        long second = bench.Begin(
            new StartRun
            {
                Scenario = "rebind",
                Ports = new Dictionary<string, int> { ["main"] = 33333 },
            }
        );
        Assert.True(bench.Replies[second].Ok);

        // Then the answers come, late.
        bench.StoreHangs = false;
        foreach (LabEffect effect in bench.Effects.ToArray())
        {
            if (effect is CreateRun create && create.Header.Id != id)
                bench.Take(new RunCreated(create.Header.Id));
        }
        StoreEvents late = bench.Effects.OfType<StoreEvents>().Last(e => e.Run == id);
        bench.Stored[id] = [.. bench.Stored.GetValueOrDefault(id, []), .. late.Events];
        bench.Take(new EventsStored(id));
        Assert.Null(bench.State.Problem);
        bench.Ask(new ResetRun());
        Assert.Equal(bench.Stored[id], bench.Shown[id]);
    }

    [Fact]
    public void A_store_that_was_made_anew_is_given_all_there_is_of_every_run()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        bench.Stored.Clear();
        bench.Take(new StoreRenewed(new("store.put-aside"), Empty: true));
        Assert.Equal(2, bench.Effects.OfType<CreateRun>().Count());
        Assert.Equal(bench.Shown[id], bench.Stored[id]);
        Assert.Equal("store.put-aside", bench.State.Notice!.Code);
        bench.Ask(new ResetRun(id));
        bench.Start();
        Assert.Null(bench.State.Notice);
    }

    [Fact]
    public void No_run_is_begun_once_more_waits_to_be_stored_than_is_kept()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start();
        bench.Stores = false;
        LabRun run = bench.Run(id);
        for (int i = 0; i <= LabLimits.Unstored; i++)
            run.Append(new NoteEvent { T = i, Message = new("x") });
        bench.Ask(new RunStep(id, "start"));
        LabReply refused = bench.Ask(
            new StartRun
            {
                Scenario = "rebind",
                Ports = new Dictionary<string, int> { ["main"] = 33333 },
            }
        );
        Assert.Equal("lab.cannot-store", refused.Refusal!.Code);
        bench.Stores = true;
        bench.Pass(LabLimits.StoreAgain);
        bench.Start(33333);
    }
}
