using System.Diagnostics;
using System.Net;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Runs.Export;
using ReuseAddrDashboard.Server.Runs.Export.ByHand;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>What of a run can be taken along as text. EndToEnd opens it with the tools it is for.</summary>
public sealed class ExportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_as_strace_mermaid_and_lab_note_in_the_language_that_is_asked_for()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        foreach (string step in (string[])["start-listener", "connect"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);

        string[] calls = (await Text($"/api/runs/{id}/strace")).TrimEnd('\n').Split('\n');
        Assert.Equal((await dashboard.Run(id)).Events.OfType<CallEvent>().Count(), calls.Length);
        Assert.Matches(@"^\[server sv\] +0\.000000 socket\(AF_INET, SOCK_STREAM, IPPROTO_IP\) = \d+ <\d\.\d{6}>$", calls[0]);
        Assert.All(
            (await Text($"/api/runs/{id}/strace?host=client")).TrimEnd('\n').Split('\n'),
            line => Assert.StartsWith("[client cl]", line, StringComparison.Ordinal)
        );
        using HttpResponseMessage unknown = await dashboard.Http.GetAsync($"/api/runs/{id}/strace?host=router", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);

        string diagram = await Text($"/api/runs/{id}/diagram.mermaid");
        Assert.StartsWith("sequenceDiagram\n  participant h0 as client", diagram, StringComparison.Ordinal);
        Assert.Contains("Note over h1: bind(", diagram, StringComparison.Ordinal);

        string english = await Text($"/api/runs/{id}/report.md"),
            japanese = await Text($"/api/runs/{id}/report.md?lang=ja");
        Assert.Contains("## Hosts", english, StringComparison.Ordinal);
        Assert.Contains("$ ss -anot4 'sport == :22222'", english, StringComparison.Ordinal);
        Assert.Contains(TextCatalog.English["report.undecided"], english, StringComparison.Ordinal);
        Assert.Contains("```mermaid\nsequenceDiagram", english, StringComparison.Ordinal);
        Assert.Contains("## ホスト", japanese, StringComparison.Ordinal);
        using HttpResponseMessage none = await dashboard.Http.GetAsync("/api/runs/none/report.md", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        Task<string> Text(string path) => dashboard.Http.GetStringAsync(path, Cancel);
    }

    [Fact]
    public void What_a_text_has_that_means_something_to_mermaid_or_markdown_is_taken_as_it_is()
    {
        RunFile run = Run(
            new ProgramEvent
            {
                Host = TestHosts.Server,
                Program = "sv",
                Instance = 1,
                Change = ProgramChange.Started,
                Command = "./sv \"<b>\"; #1",
            }
        );
        string diagram = MermaidDiagram.Write(Timeline.Fold(RunFiles.HeaderOf(run), run.Events), TextCatalog.English);
        Assert.Contains("Note over h1: $ ./sv #34;#60;b#62;#34;#59; #35;1\n", diagram, StringComparison.Ordinal);
        Assert.StartsWith("# a \\<i\\> \\| \\*b\\*\n", LabNote.Write(run, TextCatalog.English), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_a_lesson_calls_its_sockets_and_steps_gcc_takes_the_program()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "gcc is not installed.");
        string[] names = ["listen", "int", "1", "at", "lfd"];
        RunFile run = Run([
            new StepEvent
            {
                Step = "one",
                Attempt = 1,
                Status = StepStatus.Started,
            },
            new ProgramEvent
            {
                Host = TestHosts.Server,
                Program = "sv",
                Instance = 1,
                Change = ProgramChange.Started,
                Command = "./sv",
            },
            .. names.SelectMany(n =>
                (CallEvent[])[Call(n, "socket", new() { Family = SocketFamily.Inet }), Call(n, "bind", new() { Address = TcpEndpoint.V4(0, 11_111) })]
            ),
            Call("1", "close", new()),
            new ProgramEvent
            {
                Host = TestHosts.Server,
                Program = "sv",
                Instance = 1,
                Change = ProgramChange.Forked,
                Child = "worker-2",
                Sockets = ["lfd", "int"],
            },
            new StepEvent
            {
                Step = "two",
                Attempt = 1,
                Status = StepStatus.Started,
            },
            Call("lfd", "listen", new() { Backlog = 1 }) with
            {
                Step = "two",
            },
        ]) with
        {
            Script = Script with { Steps = [Step("one", 11), Step("two", 1)] },
        };
        string note = HandNote.Write(run, TextCatalog.English),
            source = note.Split("```c\n")[1].Split("```")[0];
        Assert.Contains("    close(fd_listen);\n        close(fd_at);\n        close(STDOUT_FILENO);", source, StringComparison.Ordinal);
        using Process gcc = Process.Start(
            new ProcessStartInfo("gcc", ["-Wall", "-Werror", "-fsyntax-only", "-x", "c", "-"]) { RedirectStandardInput = true, RedirectStandardError = true }
        )!;
        await gcc.StandardInput.WriteAsync(source);
        gcc.StandardInput.Close();
        string faults = await gcc.StandardError.ReadToEndAsync(Cancel);
        await gcc.WaitForExitAsync(Cancel);
        Assert.True(gcc.ExitCode == 0, $"{faults}\n{source}");

        static CallEvent Call(string socket, string call, CallArguments args) =>
            new()
            {
                Host = TestHosts.Server,
                Source = EvidenceSource.Call,
                Step = "one",
                Attempt = 1,
                Index = 0,
                Program = "sv",
                Socket = socket,
                Call = call,
                Args = args,
            };

        static ScenarioStep Step(string id, int actions) =>
            new()
            {
                Id = id,
                Title = LocalText.Of("a \"title\"\nof two lines"),
                Does = LocalText.Of("-"),
                Actions = [.. Enumerable.Range(0, actions).Select(_ => new ScenarioAction { Do = ActionKind.Socket, Program = "sv" })],
            };
    }

    [Fact]
    public void A_diagram_that_mermaid_would_not_draw_is_cut_and_says_so()
    {
        RunFile run = Run([
            .. Enumerable
                .Range(1, 2_000)
                .Select(i => new ProgramEvent
                {
                    Host = TestHosts.Server,
                    T = i,
                    Program = "sv",
                    Instance = i,
                    Change = ProgramChange.Started,
                    Command = $"./sv {i}",
                }),
        ]);
        string diagram = MermaidDiagram.Write(Timeline.Fold(RunFiles.HeaderOf(run), run.Events), TextCatalog.English);
        Assert.InRange(diagram.Length, MermaidDiagram.MaxText - 200, MermaidDiagram.MaxText + 200);
        int drawn = diagram.Split("$ ./sv").Length - 1;
        Assert.Contains(TextCatalog.English[Message.Of("report.more", ("count", 2_000 - drawn))], diagram, StringComparison.Ordinal);
    }

    private static readonly Scenario Script = new()
    {
        Id = "s",
        Title = LocalText.Of("a <i> | *b*"),
        Summary = LocalText.Of("s"),
        Topic = "own",
        Ports = [new() { Id = "main", Default = 11_111 }],
        Programs =
        [
            new()
            {
                Id = "sv",
                Host = TestHosts.Server,
                Command = "./sv",
            },
        ],
        Steps = [],
    };

    private static RunFile Run(params RunEvent[] events) =>
        new()
        {
            Id = "20261123-010203-abcdef",
            Lab = "local",
            Scenario = "s",
            Values = new Dictionary<string, Scalar>(),
            Ports = new Dictionary<string, int> { ["main"] = 11_111 },
            Results = [],
            Hosts = [ScriptedAgent.Facts(TestHosts.Client), ScriptedAgent.Facts(TestHosts.Server)],
            Script = Script,
            Events = [.. events.Select((e, i) => e with { Seq = i + 1 })],
        };
}
