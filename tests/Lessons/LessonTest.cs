using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Lessons;

/// <summary>Runs the lessons of one topic on the real kernel and holds what came of each against its <c>expect</c>.</summary>
public abstract class LessonTest(LessonDashboard dashboard)
{
    /// <summary>Set to 1, long waits are waited out; otherwise TIME-WAIT is destroyed (SOCK_DESTROY), as the page's Skip the wait does.</summary>
    private static readonly bool WaitForReal = Environment.GetEnvironmentVariable("REUSEADDR_WAIT_FOR_REAL") == "1";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90),
        RealLimit = TimeSpan.FromMinutes(4);

    protected static TheoryData<string, int> CasesOf(params string[] topics)
    {
        var cases = new TheoryData<string, int>();
        foreach (Scenario scenario in Catalogue.All.Where(s => topics.Contains(s.Topic)))
        {
            for (int i = 0; i < scenario.Expect!.Count; i++)
                cases.Add(scenario.Id, i);
        }
        return cases;
    }

    /// <summary>Of a lesson of the product's.</summary>
    /// <param name="id">The lesson.</param>
    /// <param name="index">Which of its expectations.</param>
    /// <param name="pauseMs">Milliseconds between two actions; null for what the lesson says for its first expectation, and for none for the others.</param>
    protected Task Holds(string id, int index, int? pauseMs = null) => Holds(Catalogue.All.Single(s => s.Id == id), index, pauseMs);

    /// <summary>Runs a scenario with the values of one of its expectations, and holds what came of it against that.</summary>
    protected async Task Holds(Scenario scenario, int index, int? pauseMs = null)
    {
        string id = scenario.Id;
        ScenarioExpectation expected = scenario.Expect![index];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(RealLimit);
        LabState lab = await dashboard.Lab(limit.Token);
        if (ScenarioNeeds.Missing(scenario, Facts(lab), lab.Mode) is [var missing, ..])
        {
            await IsRefused(scenario, missing, limit.Token);
            Assert.True(dashboard.MayLack.Contains(missing.Code), $"{id} must run here, and does not: {TextCatalog.English[missing]}");
            Assert.Skip(TextCatalog.English[missing]);
        }

        bool skips = !WaitForReal && lab.Hosts.All(h => h.Facts!.CanDestroySockets);
        if (skips)
            limit.CancelAfter(Limit);
        RunFile run = await Play(scenario, expected, pauseMs ?? (index == 0 ? scenario.PauseMs : 0), skips, limit.Token);
        Timeline timeline = Timeline.Fold(RunFiles.HeaderOf(run), run.Events);
        string told = string.Join('\n', run.Events.Where(e => e is not (SegmentEvent or SocketEvent or StateEvent)).Select(Tell));
        bool captured = lab.Hosts.All(h => h.Facts!.Observes(EvidenceSource.Capture));
        foreach (Condition that in expected.That.Where(c => captured || !ImpliedNeeds.AskForSegments(c)))
        {
            Assert.True(
                Condition.Holds(that, timeline.Facts),
                $"{id}: it does not hold that {that}.\n{told}\n{string.Join('\n', timeline.Bands.Select(b => $"{b.Host} {b.Local} {b.Remote} {b.State.Name()} {b.Source}"))}"
            );
        }

        ScenarioExplanation? chosen = scenario.Explanations.FirstOrDefault(e => Condition.Holds(e.When, timeline.Facts));
        Assert.True(chosen is not null, $"{id}: no explanation fits.\n{told}");
        if (expected.Explanation is { } explanation)
            Assert.True(chosen.Id == explanation, $"{id}: the explanation chosen is {chosen.Id}, not {explanation}.\n{told}");
        Assert.DoesNotContain(timeline.Rule.Made, check => check.Match == RuleMatch.Differs);
        Assert.True(run.Events.OfType<NoteEvent>().All(n => n.Code != NoteCodes.RuleMismatch), $"{id}: an alarm of the bind rule.\n{told}");
        if (index != 0 || lab.Mode != HostsMode.Namespaces)
            return;
        bool repeated = await ByHand.Repeats(dashboard.Id, run, limit.Token);
        Assert.True(
            repeated
                || !Environment.IsPrivilegedProcess
                || id is not ("without-reuseaddr" or "with-reuseaddr" or "half-close" or "inherited-by-child" or "linger-zero"),
            $"{id} was not repeated by hand."
        );
    }

    /// <summary>Holds that a lesson cannot be started here, and that the answer says what is missing.</summary>
    protected async Task IsRefused(string id, string code)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Scenario scenario = Catalogue.All.Single(s => s.Id == id);
        LabState lab = await dashboard.Lab(cancel);
        Message missing = ScenarioNeeds.Missing(scenario, Facts(lab), lab.Mode)[0];
        Assert.Equal(code, missing.Code);
        await IsRefused(scenario, missing, cancel);
    }

    private async Task IsRefused(Scenario scenario, Message missing, CancellationToken cancel)
    {
        string? refused = await Start(scenario, null, 0, cancel);
        Assert.True(refused is not null, $"{scenario.Id} was started without what it needs: {TextCatalog.English[missing]}");
        Assert.StartsWith("409 ", refused);
        Assert.Contains(TextCatalog.English[missing], JsonNode.Parse(refused[4..])!["detail"]!.GetValue<string>());
    }

    private Task<string?> Start(Scenario scenario, ScenarioExpectation? expected, int pauseMs, CancellationToken cancel) =>
        dashboard.Post(
            "/api/labs/local/runs",
            new
            {
                scenario = scenario.Id,
                values = expected?.Values.ToDictionary(v => v.Key, v => Plain(v.Value)) ?? [],
                ports = dashboard.PortsFor(scenario),
                pauseMs,
                play = true,
            },
            cancel
        );

    private async Task<RunFile> Play(Scenario scenario, ScenarioExpectation expected, int pauseMs, bool skips, CancellationToken cancel)
    {
        string id = scenario.Id;
        string? refused = await Start(scenario, expected, pauseMs, cancel);
        Assert.True(refused is null, $"{id} was not started: {refused}\n{dashboard.Log}");
        try
        {
            string run = (await dashboard.Lab(cancel)).Runs[^1].Header.Id;
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(40));
            for (int ticks = 0; await tick.WaitForNextTickAsync(cancel); ticks++)
            {
                LabState state = await dashboard.Lab(cancel);
                bool ended = state.FindRun(run) is not { Busy: true };
                // The whole log is much to read: now and then is enough to see that it waits.
                if (!ended && (!skips || ticks % 5 != 0))
                    continue;
                // Answered once all that the run came to is stored, which is what its file is read from.
                if (ended)
                    await dashboard.Post($"/api/runs/{run}/stop-repeating", null, cancel);
                RunFile file = await dashboard.Run(run, cancel);
                if (ended)
                {
                    Assert.True(
                        file.Outcome == Outcome.Completed,
                        $"{id} ended {file.Outcome}:\n{string.Join('\n', file.Events.Where(e => e is not (SegmentEvent or SocketEvent or StateEvent)).Select(Tell))}\n{dashboard.Log}"
                    );
                    return file;
                }
                if (skips && Timeline.Fold(RunFiles.HeaderOf(file), file.Events).WaitsForTimeWait)
                    await dashboard.Post($"/api/runs/{run}/skip-wait", null, cancel);
            }
            throw new InvalidOperationException("The clock stopped.");
        }
        finally
        {
            await dashboard.Post("/api/labs/local/reset", null, CancellationToken.None);
        }
    }

    private static string Tell(RunEvent e) =>
        e switch
        {
            CallEvent c => $"{c.Host} {c.Program} {c.Socket} {StraceLine.Write(c)} {c.Remark}",
            _ => e.ToString(),
        };

    private static HostFacts[] Facts(LabState lab) => [.. lab.Hosts.Select(h => h.Facts!)];

    private static object Plain(Scalar value) =>
        value.IsBool ? value.IsTrue
        : value.IsNumber ? value.Number!.Value
        : value.ToString();
}
