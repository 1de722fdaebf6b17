using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>
/// What an ordinary user's page concludes of states, held against what the kernel's trace told root of the same runs. Each run is folded twice: as it is, and
/// without what only root sees.
/// REUSEADDR_INFERRED_RUNS says how many runs of each plain lesson (default 1).
/// </summary>
[Collection(Alone.Name)]
public sealed class OrdinaryUserTests
{
    /// <summary>The kernel lets root alone trace; all other sources are an ordinary user's as well, in a user namespace of their own.</summary>
    private const string RootsAlone = EvidenceSource.Trace;

    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_INFERRED_RUNS") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>How connections plainly end.</summary>
    private static readonly string[] Plain =
    [
        "without-reuseaddr",
        "with-reuseaddr",
        "client-closes-first",
        "half-close",
        "close-wait-leak",
        "killed-server",
        "unread-data",
        "linger-zero",
    ];

    /// <summary>What is rarer: a tenth of the runs.</summary>
    private static readonly string[] Others =
    [
        "inherited-by-child",
        "unaccepted",
        "shutdown-listener",
        "two-listeners",
        "v4-client-in-tcp6",
        "simultaneous-close",
        "fin-wait-2-orphan",
        "last-ack-lost",
    ];

    private sealed class Tally
    {
        public int Sockets,
            States,
            Concluded;
        public List<long> Widths { get; } = [];
        public List<string> Wrong { get; } = [];
    }

    [Fact(Timeout = 7_200_000)]
    public async Task States_are_the_same_and_as_bounded_without_what_only_root_sees()
    {
        await using RealLab lab = await RealLab.Start(whole: true);
        LabState state = await lab.UntilState(s => s.Hosts.All(h => h.Connected));
        Assert.SkipUnless(state.Hosts.All(h => h.Facts!.Observes(EvidenceSource.Trace)), "This kernel gives no trace.");
        var report = new List<string>();
        var wrong = new List<string>();
        foreach ((string lesson, int runs) in Plain.Select(l => (l, Runs)).Concat(Others.Select(l => (l, Math.Max(1, Runs / 10)))))
        {
            var tally = new Tally();
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < runs; i++)
                Compare(await Play(lab, lesson), tally);
            long[] widths = [.. tally.Widths.Order()];
            report.Add(
                $"{lesson}: {runs} runs in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s, {tally.Sockets} pairs of ends, {tally.States} states, of {tally.Concluded} the begin was concluded; bounds apart by "
                    + (widths.Length == 0 ? "–" : $"{widths[widths.Length / 2] / 1000} us (median), {widths[widths.Length * 99 / 100] / 1000} us (99 %)")
                    + $"; {tally.Wrong.Count} differ"
            );
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', [report[^1], .. tally.Wrong.Take(3)]));
            wrong.AddRange(tally.Wrong);
        }
        Assert.True(wrong.Count == 0, $"{string.Join('\n', report)}\n{string.Join('\n', wrong.Take(20))}");
    }

    private static async Task<RunFile> Play(RealLab lab, string lesson)
    {
        string id = await lab.Dashboard.StartRun(
            new
            {
                scenario = lesson,
                ports = new { main = RealLab.Port },
                pauseMs = 0,
                play = true,
            }
        );
        await lab.UntilState(s => s.FindRun(id) is not { Busy: true });
        await lab.Reset();
        RunFile run = await lab.Dashboard.Run(id);
        Assert.True(run.Outcome == Outcome.Completed, $"{lesson}: {run.Outcome}");
        Assert.Empty(RealLab.Losses(run));
        // What the kernel passed over may have been of this run, or of any other program of the machine: that one is played again.
        return run.Events.OfType<GapEvent>().Any() ? await Play(lab, lesson) : run;
    }

    private static void Compare(RunFile run, Tally tally)
    {
        RunHeader header = RealLab.Header(run),
            ordinary =
                header with
                {
                    Hosts =
                    [
                        .. header.Hosts.Select(h =>
                            h with
                            {
                                Uid = 65534,
                                Sources = [.. h.Sources.Select(s => s.Name == RootsAlone ? s with { Available = false, Missing = new Message("test") } : s)],
                            }
                        ),
                    ],
                };
        Timeline root = Timeline.Fold(header, run.Events),
            user = Timeline.Fold(ordinary, [.. run.Events.Where(e => e.Source != RootsAlone)]);
        tally.Wrong.AddRange(root.Disagreements.Concat(user.Disagreements).Select(d => $"run {run.Id}: {d}"));
        var seen = BySocket(root);
        var concluded = BySocket(user);
        foreach (string socket in seen.Select(g => g.Key).Union(concluded.Select(g => g.Key)))
        {
            StateBand[] truth = [.. seen[socket]],
                bands = [.. concluded[socket]];
            tally.Sockets++;
            tally.States += bands.Length;
            string Told() => $"run {run.Id} {socket}\n  root: {string.Join("; ", truth.Select(Tell))}\n  user: {string.Join("; ", bands.Select(Tell))}";
            if (!truth.Select(b => b.State).SequenceEqual(bands.Select(b => b.State)))
            {
                tally.Wrong.Add($"other states: {Told()}");
                continue;
            }
            foreach ((StateBand t, StateBand b) in truth.Zip(bands))
            {
                if (b.Sources.Has(EvidenceSource.Inferred))
                {
                    tally.Concluded++;
                    if (b.Before is { } most && b.After is { } least)
                        tally.Widths.Add(most - least);
                }
                string? wrong =
                    !Meet(t.Exact ? t.Begin : t.After, t.Exact ? t.Begin : t.Before ?? t.Begin, b.After, b.Before ?? (b.IsInferred ? null : b.Begin)) ? "begin"
                    : (t.End is null) != (b.End is null) ? "lasts"
                    : t.End is not null && !Meet(t.EndAfter, t.EndBefore, b.EndAfter, b.EndBefore) ? "end"
                    : b.Begin < b.After || b.Begin > b.Before || b.End < b.EndAfter || b.End > b.EndBefore ? "drawn outside its bounds"
                    : null;
                if (wrong is not null)
                    tally.Wrong.Add($"{wrong} of {b.State.Name()}: {Told()}");
            }
        }
    }

    private static bool Meet(long? after, long? before, long? otherAfter, long? otherBefore) => !(after > otherBefore) && !(otherAfter > before);

    // What had gone before the run began, the lab's check, nobody but the trace can know.
    private static ILookup<string, StateBand> BySocket(Timeline timeline) =>
        timeline.Bands.Where(b => !(b.End <= 0)).OrderBy(b => b.Begin).ThenBy(b => b.Seq).ToLookup(b => $"{b.Host} {b.Local.Unmapped()} {b.Remote.Unmapped()}");

    private static string Tell(StateBand b) =>
        $"{b.State.Name()} [{b.After / 1000}..{b.Begin / 1000}{(b.Exact ? "!" : "")}..{b.Before / 1000}] > [{b.EndAfter / 1000}..{b.End / 1000}..{b.EndBefore / 1000}] {string.Join(',', b.Sources.All)}";
}
