using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Faults;

/// <summary>Lessons of the catalogue: any of them for a fault to meet, and quick ones that show whether the lab works.</summary>
internal sealed class Lessons(Dashboard dashboard, Random random, Func<int> port, CancellationToken cancel)
{
    // None waits for a TIME-WAIT to end.
    private static readonly string[] Quick =
    [
        "with-reuseaddr",
        "without-reuseaddr",
        "over-listener",
        "two-listeners",
        "inherited-by-child",
        "linger-zero",
        "half-close",
    ];

    // An agent that was told to end may go in the middle of the next lesson, and in the next one's it may come.
    private const int Tries = 5;

    private string[] _all = [];

    /// <summary>Asks which there are.</summary>
    public async Task Read() =>
        _all = [
            .. (await dashboard.Http.GetFromJsonAsync<JsonArray>(dashboard.Url + "/api/scenarios", cancel))!
                .Where(s => s!["missing"]!.AsArray().Count == 0)
                .Select(s => s!["id"]!.GetValue<string>()),
        ];

    /// <summary>Begins one of all; one that cannot be started now is none.</summary>
    public Task StartAny(int at) => Start(_all[random.Next(_all.Length)], at, random.Next(2) * random.Next(80));

    /// <summary>Begins a lesson and plays it, where it can be started now.</summary>
    /// <param name="lesson">Its id.</param>
    /// <param name="at">Its port.</param>
    /// <param name="pause">Milliseconds between two actions.</param>
    public async Task Start(string lesson, int at, int pause)
    {
        using HttpResponseMessage? _ = await Ask(lesson, at, pause);
    }

    /// <summary>Plays a whole lesson.</summary>
    /// <returns>The run, completed.</returns>
    public async Task<RunFile> Play()
    {
        string lesson = Quick[random.Next(Quick.Length)];
        for (int tries = 1; ; tries++)
        {
            await dashboard.UntilReady(cancel);
            int[] agents = Agents();
            string id = await Begin(lesson);
            (RunFile? run, string? trouble) = (null, null);
            if (!await Patience.Until(async () => ((run, trouble) = await Look(id)) is ({ Outcome: Outcome.Completed }, _) or (_, not null), cancel))
                trouble = "it does not end";
            if (trouble is null)
                return run!;
            bool lostAgent =
                !Agents().SequenceEqual(agents) || run?.Events.Any(e => e is NoteEvent { Code: NoteCodes.AgentLost or NoteCodes.AgentRestarted }) == true;
            if (!lostAgent || tries == Tries)
            {
                throw new InvalidOperationException(
                    $"{lesson}, {run?.Outcome}: {trouble}\n{string.Join('\n', run?.Events.TakeLast(12).Select(Texts.Of) ?? [])}"
                );
            }

            using HttpResponseMessage? _ = await dashboard.Post("/api/labs/local/reset", null, cancel);
        }
    }

    private async Task<string> Begin(string lesson)
    {
        string id = "",
            refused = "";
        bool started = await Patience.Until(
            async () =>
            {
                using HttpResponseMessage? answer = await Ask(lesson, port(), 0);
                if (answer?.IsSuccessStatusCode == true)
                    id = (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, cancel))!.Id;
                else
                    refused = answer is null ? "no answer" : await answer.Content.ReadAsStringAsync(cancel);
                return id != "";
            },
            cancel
        );
        return started ? id : throw new InvalidOperationException($"{lesson} cannot be started: {refused}");
    }

    // The lab first: what it does not do any more is in the log.
    private async Task<(RunFile? Run, string? Trouble)> Look(string id)
    {
        LabState? lab = await dashboard.Lab(cancel);
        RunFile? run = await dashboard.Run(id, cancel);
        return (
            run,
            run?.Outcome switch
            {
                Outcome.Interrupted or Outcome.Reset => "it was ended",
                Outcome.Running
                    when lab?.FindRun(id) is { Busy: false } && run.Events.OfType<StepEvent>().LastOrDefault() is { Status: StepStatus.Failed } failed =>
                    $"the step {failed.Step} failed: {(failed.Reason is { } reason ? TextCatalog.English[reason] : "")}",
                _ => null,
            }
        );
    }

    private int[] Agents() => [.. dashboard.Hosts().Where(h => h.Role != Dashboard.Keeper).Select(h => h.Id).Order()];

    private Task<HttpResponseMessage?> Ask(string lesson, int at, int pause) =>
        dashboard.Post(
            "/api/labs/local/runs",
            new
            {
                scenario = lesson,
                ports = new { main = at },
                play = true,
                pauseMs = pause,
            },
            cancel
        );
}
