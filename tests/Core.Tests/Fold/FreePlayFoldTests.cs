using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>A run whose script grows as a person makes calls.</summary>
public sealed class FreePlayFoldTests
{
    private static readonly Scenario Free = RunScript.Script with { Id = FreePlay.Id, Free = true, Steps = [], Question = null, Explanations = [] };
    private static readonly RunHeader Header = new RunScript().Header with { Scenario = FreePlay.Id, Script = Free };

    [Fact]
    public void A_step_that_is_added_can_be_done_and_the_run_goes_on()
    {
        ScenarioStep step = Step(
            Free,
            new()
            {
                Do = ActionKind.Socket,
                Program = "sv",
                Socket = "lfd",
            }
        );
        Assert.Equal([ActionKind.Start, ActionKind.Socket], step.Actions.Select(a => a.Do));
        var fold = new ProgressFold(Header);
        Assert.False(fold.Progress.AllDone);
        fold.Append(new AddedEvent { Seq = 1, Step = step });
        Assert.True(fold.Progress.Find(step.Id)!.MayRun);
        fold.Append(
            new StepEvent
            {
                Seq = 2,
                Step = step.Id,
                Attempt = 1,
                Status = StepStatus.Started,
            }
        );
        fold.Append(
            new StepEvent
            {
                Seq = 3,
                Step = step.Id,
                Attempt = 1,
                Status = StepStatus.Failed,
            }
        );
        // One that failed is in nobody's way.
        ScenarioStep next = Step(
            fold.Progress.Header.Script,
            new()
            {
                Do = ActionKind.Socket,
                Program = "sv2",
                Socket = "rfd",
            }
        );
        Assert.NotEqual(step.Id, next.Id);
        fold.Append(new AddedEvent { Seq = 4, Step = next });
        Assert.True(fold.Progress.Find(next.Id)!.MayRun);
        Assert.False(fold.Progress.Find(step.Id)!.MayRun);
        Assert.Equal(Outcome.Running, fold.Progress.Outcome);
        Assert.False(fold.Progress.AllDone);
    }

    [Fact]
    public void A_run_file_has_the_steps_and_reading_it_again_adds_none()
    {
        ScenarioStep step = Step(
            Free,
            new()
            {
                Do = ActionKind.Socket,
                Program = "sv",
                Socket = "lfd",
            }
        );
        RunEvent[] log = [new AddedEvent { Seq = 1, Step = step }];
        RunFile file = RunFiles.Make(Header, log);
        Assert.Equal(step.Id, Assert.Single(file.Script.Steps).Id);
        Assert.Equal(step.Id, Assert.Single(Timeline.Fold(RunFiles.HeaderOf(file), file.Events).Header.Script.Steps).Id);
        Assert.Equal(step.Id, Assert.Single(Timeline.Fold(Header, log).Header.Script.Steps).Id);
    }

    [Fact]
    public void At_a_moment_before_a_call_its_step_is_not_there_also_out_of_a_file()
    {
        ScenarioStep step = Step(
            Free,
            new()
            {
                Do = ActionKind.Socket,
                Program = "sv",
                Socket = "lfd",
            }
        );
        RunFile file = RunFiles.Make(
            Header,
            [
                new NoteEvent
                {
                    Seq = 1,
                    T = 10,
                    Message = new("note.x"),
                },
                new AddedEvent
                {
                    Seq = 2,
                    T = 20,
                    Step = step,
                },
            ]
        );
        var fold = new TimelineFold(RunFiles.HeaderOf(file));
        fold.Append(file.Events);
        Assert.Empty(fold.At(15).Progress.Steps);
        Assert.Single(fold.At(20).Progress.Steps);
    }

    [Fact]
    public void A_file_of_free_play_is_whole_with_no_call_and_with_more_than_a_lesson_has_and_not_with_a_step_that_is_none()
    {
        var log = new List<RunEvent>();
        RunHeader header = Header;
        Assert.True(RunFileCheck.IsWhole(RunFiles.Make(Header, log)));
        for (int i = 1; i <= Limits.MaxSteps + 1; i++)
        {
            ScenarioStep step = Step(
                header.Script,
                new()
                {
                    Do = ActionKind.Socket,
                    Program = "sv",
                    Socket = $"s{i}",
                }
            );
            header = header.With(step);
            log.Add(
                new AddedEvent
                {
                    Seq = i,
                    T = i,
                    Step = step,
                }
            );
        }
        RunFile file = RunFiles.Make(Header, log);
        Assert.Equal(Limits.MaxSteps + 1, file.Script.Steps.Count);
        Assert.True(RunFileCheck.IsWhole(file));
        Assert.False(RunFileCheck.IsWhole(file with { Events = [new AddedEvent { Seq = 1, Step = null! }] }));
    }

    [Theory]
    [InlineData(ActionKind.Fork, "sv", "lfd", FreePlay.UnknownCall)]
    [InlineData(ActionKind.Bind, "sv", "lfd", "free.no-socket")]
    [InlineData(ActionKind.Close, "sv2", "open", "free.other-program")]
    [InlineData(ActionKind.Socket, "sv", "open", "free.name-taken")]
    [InlineData(ActionKind.Exit, "cl", null, "free.not-running")]
    public void What_cannot_be_done_says_why(ActionKind call, string program, string? socket, string code)
    {
        var action = new ScenarioAction
        {
            Do = call,
            Program = program,
            Socket = socket,
            Address = call == ActionKind.Bind ? AddressNames.Any : null,
        };
        Assert.Null(FreePlay.Step(Free, action, p => p == "sv", s => s == "open" ? "sv" : null, out Message? fault));
        Assert.Equal(code, fault!.Code);
        Assert.True(TextCatalog.English.Has(code));
    }

    [Fact]
    public void A_scripted_run_takes_no_single_calls()
    {
        Assert.Null(
            FreePlay.Step(
                RunScript.Script,
                new()
                {
                    Do = ActionKind.Socket,
                    Program = "sv",
                    Socket = "lfd",
                },
                _ => true,
                _ => null,
                out Message? fault
            )
        );
        Assert.Equal("free.scripted", fault!.Code);
    }

    private static ScenarioStep Step(Scenario script, ScenarioAction action) =>
        FreePlay.Step(script, action, _ => false, _ => null, out Message? fault) ?? throw new InvalidOperationException(fault!.Code);
}
