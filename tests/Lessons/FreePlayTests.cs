using System.Net;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>Free play on the real kernel: a person makes each call.</summary>
public sealed class FreePlayTests(NamespacesDashboard dashboard) : IClassFixture<NamespacesDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_articles_experiment_call_by_call_comes_out_as_the_lesson_and_is_saved_as_one()
    {
        string id = await dashboard.Start(FreePlay.Id, play: false, pauseMs: 0, Cancel);
        await Make(
            id,
            new
            {
                @do = "socket",
                program = "sv",
                socket = "lfd",
            }
        );
        await Make(
            id,
            new
            {
                @do = "bind",
                program = "sv",
                socket = "lfd",
                address = "any",
            }
        );
        await Make(
            id,
            new
            {
                @do = "listen",
                program = "sv",
                socket = "lfd",
                backlog = 5,
            }
        );
        await Make(
            id,
            new
            {
                @do = "socket",
                program = "cl",
                socket = "cfd",
            }
        );
        await Make(
            id,
            new
            {
                @do = "connect",
                program = "cl",
                socket = "cfd",
                address = "server",
            }
        );
        await Make(
            id,
            new
            {
                @do = "accept4",
                program = "sv",
                socket = "lfd",
                accepted = "afd",
            }
        );
        await Make(
            id,
            new
            {
                @do = "close",
                program = "sv",
                socket = "afd",
            }
        );
        await Make(id, new { @do = "exit", program = "sv" });
        await Make(
            id,
            new
            {
                @do = "close",
                program = "cl",
                socket = "cfd",
            }
        );
        await Make(
            id,
            new
            {
                @do = "socket",
                program = "sv2",
                socket = "rfd",
            }
        );
        RunFile before = await dashboard.Run(id, Cancel);
        var again = new ScenarioAction
        {
            Do = ActionKind.Bind,
            Program = "sv2",
            Socket = "rfd",
            Address = AddressNames.Any,
        };
        ScenarioStep step = FreePlay.Step(before.Script, again, _ => true, _ => "sv2", out _)!;
        var fold = new TimelineFold(RunFiles.HeaderOf(before));
        fold.Append(before.Events);
        Assert.Equal(BindOutcome.InUse, fold.Now.Preview(step)!.Verdict.Outcome);

        await Make(
            id,
            new
            {
                @do = "bind",
                program = "sv2",
                socket = "rfd",
                address = "any",
            }
        );
        RunFile run = await dashboard.Run(id, Cancel);
        Timeline timeline = Timeline.Fold(RunFiles.HeaderOf(run), run.Events);
        Assert.Equal("EADDRINUSE", timeline.Verdict!.Deciding.Result.Errno);
        Assert.Contains(timeline.Bands, b => b is { Host: "server", State: TcpState.TimeWait });
        Assert.All(timeline.Rule.Made, c => Assert.Equal(RuleMatch.Same, c.Match));
        Assert.Equal(["./sv", "./cl", "./sv2"], run.Events.OfType<ProgramEvent>().Where(p => p.Change == ProgramChange.Started).Select(p => p.Command));

        string yaml = await dashboard.Http.GetStringAsync($"/api/runs/{id}/lesson.yaml?lesson=mine&title=My%20own", Cancel);
        ScenarioReading read = ScenarioReader.ReadYaml(yaml);
        Assert.True(read.Scenario is not null, yaml + string.Join('\n', read.Faults));
        Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
        Assert.Equal(Outcome.Completed, (await dashboard.Run(id, Cancel)).Outcome);
        string? refused = await dashboard.Post("/api/labs/local/runs", new { script = yaml, pauseMs = 0 }, Cancel);
        Assert.Null(refused);
        string saved = (await dashboard.Lab(Cancel)).Runs[^1].Header.Id;
        foreach (ScenarioStep part in read.Scenario!.Steps)
            Assert.Null(await dashboard.Post($"/api/runs/{saved}/steps/{part.Id}", null, Cancel));
        RunFile played = await dashboard.Run(saved, Cancel);
        Assert.Equal(run.Results.Select(r => (r.Call, r.Socket, r.Errno)), played.Results.Select(r => (r.Call, r.Socket, r.Errno)));
        Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_cannot_be_done_is_refused_with_what_to_do_and_a_failing_call_ends_nothing()
    {
        string id = await dashboard.Start(FreePlay.Id, play: false, pauseMs: 0, Cancel);
        Assert.StartsWith(
            "409 ",
            await dashboard.Post(
                $"/api/runs/{id}/calls",
                new
                {
                    @do = "bind",
                    program = "sv",
                    socket = "lfd",
                    address = "any",
                },
                Cancel
            )
        );
        Assert.StartsWith(
            "400 ",
            await dashboard.Post(
                $"/api/runs/{id}/calls",
                new
                {
                    @do = "fork",
                    program = "sv",
                    child = "sv2",
                    keeps = new[] { "lfd" },
                },
                Cancel
            )
        );
        Assert.StartsWith(
            "400 ",
            await dashboard.Post(
                $"/api/runs/{id}/calls",
                new
                {
                    @do = "socket",
                    program = "nobody",
                    socket = "lfd",
                },
                Cancel
            )
        );
        Assert.StartsWith("409 ", await dashboard.Post($"/api/runs/{id}/calls", new { @do = "exit", program = "sv" }, Cancel));
        await Make(
            id,
            new
            {
                @do = "socket",
                program = "sv",
                socket = "lfd",
            }
        );
        Assert.StartsWith(
            "409 ",
            await dashboard.Post(
                $"/api/runs/{id}/calls",
                new
                {
                    @do = "close",
                    program = "sv2",
                    socket = "lfd",
                },
                Cancel
            )
        );
        Assert.StartsWith(
            "409 ",
            await dashboard.Post(
                $"/api/runs/{id}/calls",
                new
                {
                    @do = "socket",
                    program = "sv",
                    socket = "lfd",
                },
                Cancel
            )
        );
        // ECONNREFUSED, and the socket is still there.
        await Make(
            id,
            new
            {
                @do = "connect",
                program = "sv",
                socket = "lfd",
                address = "client",
            }
        );
        await Make(
            id,
            new
            {
                @do = "close",
                program = "sv",
                socket = "lfd",
            }
        );
        RunFile run = await dashboard.Run(id, Cancel);
        Assert.Equal("ECONNREFUSED", Assert.Single(run.Results).Errno);
        Assert.All(ScenarioProgress.Fold(RunFiles.HeaderOf(run), run.Events).Steps, s => Assert.Equal(StepReadiness.Done, s.Readiness));
        Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
        string scripted = await dashboard.Start("without-reuseaddr", play: false, pauseMs: 0, Cancel);
        Assert.StartsWith(
            "409 ",
            await dashboard.Post(
                $"/api/runs/{scripted}/calls",
                new
                {
                    @do = "socket",
                    program = "sv",
                    socket = "lfd",
                },
                Cancel
            )
        );
        Assert.Equal(HttpStatusCode.Conflict, (await dashboard.Http.GetAsync($"/api/runs/{scripted}/lesson.yaml", Cancel)).StatusCode);
        Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
    }

    /// <summary>REUSEADDR_FREE_CALLS sets how many; 400 are about an hour's.</summary>
    [Fact(Timeout = 600_000)]
    public async Task Whatever_is_played_Reset_leaves_no_socket_behind()
    {
        int calls = int.TryParse(Environment.GetEnvironmentVariable("REUSEADDR_FREE_CALLS"), out int asked) ? asked : 80;
        string before = await HostLook.Of(dashboard, Cancel);
        string id = await dashboard.Start(FreePlay.Id, play: false, pauseMs: 0, Cancel);
        var random = new Random(calls);
        int made = 0;
        for (int i = 0; i < calls; i++)
        {
            RunFile run = await dashboard.Run(id, Cancel);
            RunFacts facts = ScenarioProgress.Fold(RunFiles.HeaderOf(run), run.Events).Facts;
            if (await dashboard.Post($"/api/runs/{id}/calls", Any(random, facts, i), Cancel) is null)
                made++;
        }
        Assert.True(made > calls / 2, $"Only {made} of {calls} calls were made.");
        Assert.Null(await dashboard.Post("/api/labs/local/reset", null, Cancel));
        Assert.Equal(before, await HostLook.Of(dashboard, Cancel));
    }

    private static object Any(Random random, RunFacts facts, int turn)
    {
        (string name, (string? host, string? program)) =
            facts.OpenSockets.Count == 0 ? default : facts.OpenSockets.ElementAt(random.Next(facts.OpenSockets.Count));
        if (name is null || random.Next(5) == 0)
        {
            return new
            {
                @do = "socket",
                program = Any(random, "sv", "sv2", "cl", "cl2"),
                socket = $"s{turn}",
                v6 = random.Next(4) == 0,
            };
        }

        string peer = host == "server" ? "client" : "server";
        return random.Next(12) switch
        {
            0 or 1 => new
            {
                @do = "bind",
                program,
                socket = name,
                address = Any(random, "any", "loopback", host!, "any6"),
                port = Any(random, "main", "main", "0"),
            },
            2 or 3 => new
            {
                @do = "listen",
                program,
                socket = name,
                backlog = random.Next(8),
            },
            4 or 5 => new
            {
                @do = "connect",
                program,
                socket = name,
                address = Any(random, peer, "server", "loopback", "server.v6"),
                limitMs = 100,
            },
            6 => new
            {
                @do = "accept4",
                program,
                socket = name,
                accepted = $"a{turn}",
                limitMs = 100,
            },
            7 => new
            {
                @do = "setsockopt",
                program,
                socket = name,
                option = Any(random, "SO_REUSEADDR", "SO_REUSEPORT", "SO_LINGER", "TCP_NODELAY"),
                value = random.Next(2),
            },
            8 => new
            {
                @do = "write",
                program,
                socket = name,
                text = "x",
                limitMs = 100,
            },
            9 => new
            {
                @do = "shutdown",
                program,
                socket = name,
                how = Any(random, "SHUT_RD", "SHUT_WR", "SHUT_RDWR"),
            },
            10 => new { @do = Any(random, "exit", "kill"), program },
            _ => new
            {
                @do = "close",
                program,
                socket = name,
            },
        };
    }

    private static string Any(Random random, params string[] words) => words[random.Next(words.Length)];

    private async Task Make(string run, object call) => Assert.Null(await dashboard.Post($"/api/runs/{run}/calls", call, Cancel));
}
