using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>
/// Whether what was read as a run may be folded and shown. A file comes from anybody: one that lacks what every run has, or whose log contradicts itself, is
/// refused before anything is made of it.
/// </summary>
public static class RunFileCheck
{
    /// <summary>Most events of a run: a flood of an hour has fewer.</summary>
    public const int MostEvents = 500_000;

    private const int MostHosts = 16,
        LongestText = 4096;

    // 10,000 days.
    private const long Furthest = 864_000_000_000_000_000;

    /// <summary>False for one that is damaged.</summary>
    public static bool IsWhole(RunFile? run) =>
        run
            is {
                Id: { Length: > 0 and <= 128 },
                Lab: not null,
                Scenario: { Length: <= 128 },
                Values: not null,
                Ports: not null,
                Hosts: { Count: > 0 and <= MostHosts },
                Script: { } script,
                Events: { Count: <= MostEvents }
            }
        && run.Hosts.All(h =>
            h
                is {
                    Name: { Length: > 0 and <= 128 },
                    Address: { Length: <= LongestText },
                    Kernel: { Length: <= LongestText },
                    Os: { Length: <= LongestText },
                    Sources: not null
                }
            && h.Sources.All(s => s is not null)
        )
        && run.Hosts.Select(h => h.Name).Distinct().Count() == run.Hosts.Count
        && run.Ports.All(p => p.Value is >= 0 and <= 65535)
        && IsWhole(script)
        && IsLog(run.Events);

    private static bool IsWhole(Scenario s) =>
        s
            is {
                Id: not null,
                Title: not null,
                Summary: not null,
                Topic: not null,
                Ports: { Count: > 0 and <= Limits.MaxPorts },
                Programs: not null,
                Steps: not null
            }
        && (s.Free ? s.Steps.Count <= FreePlay.MaxSteps : s.Steps.Count is > 0 and <= Limits.MaxSteps)
        && s.Ports.All(p => p is { Id: not null })
        && s.Programs.All(p => p is { Id: not null, Host: not null })
        && s.Values.All(v => v is { Id: not null, Label: not null })
        && s.Explanations.All(e => e is { When: not null, Text: not null })
        && s.Steps.All(IsWhole)
        && s.Steps.Select(step => step.Id).Distinct().Count() == s.Steps.Count;

    private static bool IsWhole(ScenarioStep? step) =>
        step is { Id: not null, Title: not null, Actions: { Count: <= Limits.MaxActions } } && step.Actions.All(a => a is not null);

    // Numbered from 1 without a hole, as the lab writes it; a time is one of the run's.
    private static bool IsLog(IReadOnlyList<RunEvent> events)
    {
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i] is not { T: > -Furthest and < Furthest } e || e.Seq != i + 1 || e is AddedEvent added && !IsWhole(added.Step))
                return false;
        }
        return true;
    }
}
