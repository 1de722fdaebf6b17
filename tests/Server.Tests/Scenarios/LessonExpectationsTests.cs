using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>What lessons that are shipped expect: of every setting, and more than what the calls returned.</summary>
public sealed class LessonExpectationsTests
{
    /// <summary>Functions that ask for what the calls did, not for what they returned.</summary>
    private static readonly string[] Proof = ["saw", "has", "at", "family", "segments", "min-window"];

    private static readonly IReadOnlyList<Scenario> All = [.. ScenarioCatalog.Load(Lessons.Directory).All.Where(s => !s.Free)];

    [Fact]
    public void Every_expectation_asks_for_states_or_segments() =>
        Assert.Empty(
            All.SelectMany(l => l.Expect!.Select((e, i) => (Name: $"{l.Id} {i}", e.That)))
                .Where(e => !e.That.SelectMany(c => c.Operands).Any(o => o.Arguments is not null && Proof.Contains(o.Word)))
                .Select(e => e.Name)
        );

    [Fact]
    public void Every_setting_of_the_switches_and_every_choice_is_expected()
    {
        var missing = new List<string>();
        // Every cell of the matrix is held against the rule by a test of its own.
        foreach (Scenario lesson in All.Where(l => l.Id != "matrix-cell"))
        {
            Dictionary<string, Scalar>[] runs =
            [
                .. lesson.Expect!.Select(e => lesson.Values.ToDictionary(v => v.Id, v => e.Values.GetValueOrDefault(v.Id, v.Default))),
            ];
            ScenarioValue[] switches = [.. lesson.Values.Where(v => v.Kind == ValueKind.Switch)];
            int covered = runs.Select(r => string.Join(' ', switches.Select(s => r[s.Id]))).Distinct().Count();
            if (covered < 1 << switches.Length)
                missing.Add($"{lesson.Id}: {covered} of {1 << switches.Length} settings of its switches");
            missing.AddRange(
                lesson.Values.SelectMany(v =>
                    (v.Choices ?? []).Where(c => runs.All(r => r[v.Id].ToString() != c.Id)).Select(c => $"{lesson.Id}: {v.Id} {c.Id}")
                )
            );
        }
        Assert.Empty(missing);
    }
}
