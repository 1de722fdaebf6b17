using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>
/// What of a <see cref="LabState"/> changes often. A browser that has the state before is sent this alone: the hosts and the lessons of the open runs are most
/// of a state, and reading them takes longer than drawing a mark.
/// </summary>
public sealed record LabNow
{
    /// <summary><see cref="LabState.Version"/>.</summary>
    public long Version { get; init; }

    /// <summary>By the order of <see cref="LabState.Runs"/>.</summary>
    public required IReadOnlyList<RunNow> Runs { get; init; }

    /// <summary><see cref="LabHost.ClockUncertainty"/>, by the order of <see cref="LabState.Hosts"/>, in nanoseconds.</summary>
    public required IReadOnlyList<long?> Uncertainties { get; init; }

    /// <inheritdoc cref="LabState.Ports"/>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <inheritdoc cref="LabState.Sockets"/>
    public required IReadOnlyList<SocketEvent> Sockets { get; init; }

    /// <inheritdoc cref="LabState.Matrix"/>
    public MatrixProgress? Matrix { get; init; }

    /// <inheritdoc cref="LabState.Problem"/>
    public Message? Problem { get; init; }

    /// <inheritdoc cref="LabState.Notice"/>
    public Message? Notice { get; init; }

    /// <summary>What leads from one state to another; null where more has changed than this can say.</summary>
    public static LabNow? Between(LabState before, LabState after) =>
        before.Id == after.Id
        && before.Server == after.Server
        && before.Mode == after.Mode
        && before.ModeReason == after.ModeReason
        && before.Check == after.Check
        && before.Hosts.Select(Known).SequenceEqual(after.Hosts.Select(Known))
        && before.Runs.Select(r => r.Header).SequenceEqual(after.Runs.Select(r => r.Header))
            ? new()
            {
                Version = after.Version,
                Runs = [.. after.Runs.Select(r => new RunNow(r.Now, r.Busy, r.Repeating, r.PauseMs))],
                Uncertainties = [.. after.Hosts.Select(h => h.ClockUncertainty)],
                Ports = after.Ports,
                Sockets = after.Sockets,
                Matrix = after.Matrix,
                Problem = after.Problem,
                Notice = after.Notice,
            }
            : null;

    /// <summary>The state that it leads to.</summary>
    /// <param name="before">The one that it was made from.</param>
    public LabState After(LabState before) =>
        before with
        {
            Version = Version,
            Hosts = [.. before.Hosts.Select((h, i) => h with { ClockUncertainty = Uncertainties.ElementAtOrDefault(i) })],
            Runs = [.. before.Runs.Zip(Runs, (run, now) => run with { Now = now.Now, Busy = now.Busy, Repeating = now.Repeating, PauseMs = now.PauseMs })],
            Ports = Ports,
            Sockets = Sockets,
            Matrix = Matrix,
            Problem = Problem,
            Notice = Notice,
        };

    private static LabHost Known(LabHost host) => host with { ClockUncertainty = null };
}

/// <param name="Now"><see cref="OpenRun.Now"/> (JSON: seconds).</param>
/// <param name="Busy"><see cref="OpenRun.Busy"/>.</param>
/// <param name="Repeating"><see cref="OpenRun.Repeating"/>.</param>
/// <param name="PauseMs"><see cref="OpenRun.PauseMs"/>.</param>
public sealed record RunNow([property: JsonConverter(typeof(NanosecondsAsSeconds))] long Now, bool Busy, bool Repeating, int PauseMs);
