using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What a browser calls on the server. Every call first needs <see cref="Join"/>.</summary>
public interface ILabHub
{
    /// <summary>
    /// Asks for all there is and all that will be: the scenarios, the lab's state, and piece by piece the logs of the open runs, at the browser's own pace.
    /// Asked again, it begins anew.
    /// </summary>
    /// <param name="lab">The lab's id; empty for the first there is.</param>
    /// <param name="has">How many events of each run's log the browser has already; null for none.</param>
    /// <param name="server">The <see cref="LabState.Server"/> that it has them from; of another one all comes anew.</param>
    /// <returns>Why nothing will come; null where it will.</returns>
    Task<Message?> Join(string lab, IReadOnlyDictionary<string, long>? has, string? server);

    /// <summary>Asks something of the lab.</summary>
    Task<LabReply> Ask(LabCommand command);
}

/// <summary>What the server calls on a browser.</summary>
public interface ILabClient
{
    /// <summary>The next events of a run, in order of seq and without a hole to those before.</summary>
    Task Events(RunBatch batch);

    /// <summary>Something beside the logs changed: hosts, the open runs, sockets outside a run.</summary>
    Task Lab(LabState state);

    /// <summary>The same, where only that changed which the browser can put into the state that it was sent last.</summary>
    Task Now(LabNow now);

    /// <summary>The scenarios changed: a file was edited.</summary>
    Task Scenarios(ListedScenario[] scenarios);
}

/// <param name="Run">The run's id.</param>
/// <param name="Events">In order of seq, without a hole.</param>
/// <param name="Total">How many events the run's log has now; 0 where that is not told.</param>
public sealed record RunBatch(string Run, IReadOnlyList<RunEvent> Events, long Total = 0);

/// <param name="State">The lab.</param>
/// <param name="Scenarios">The scenarios there are, in the order of the catalogue, without what tests expect.</param>
/// <param name="Logs">The whole log of each open run.</param>
public sealed record LabSnapshot(LabState State, IReadOnlyList<Scenario> Scenarios, IReadOnlyList<RunBatch> Logs);

/// <summary>What a lab is at this moment, beside the logs.</summary>
public sealed record LabState
{
    /// <summary>The lab's id.</summary>
    public required string Id { get; init; }

    /// <summary>Names the process of the dashboard that this comes from.</summary>
    public string Server { get; init; } = "";

    /// <summary>Grows with every change, so that a late message is not taken for news.</summary>
    public long Version { get; init; }

    /// <summary>Where the hosts are.</summary>
    public HostsMode Mode { get; init; }

    /// <summary>Why this mode and not a better one, or how to bring hosts; null when there is nothing to say.</summary>
    public Message? ModeReason { get; init; }

    /// <summary>In the lab's order; Facts null for one that never joined.</summary>
    public required IReadOnlyList<LabHost> Hosts { get; init; }

    /// <summary>The open runs without their logs, the oldest first.</summary>
    public required IReadOnlyList<OpenRun> Runs { get; init; }

    /// <summary>The ports that are watched while no run is open.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>The last reading of each socket on these ports that no run has; T counts back from when this was sent (≤ 0).</summary>
    public required IReadOnlyList<SocketEvent> Sockets { get; init; }

    /// <summary>What the last check of the hosts found; null before the first, and once a host or the port has changed.</summary>
    public LabCheck? Check { get; init; }

    /// <summary>How far the matrix of the port's host is; null while no cell was ever tried.</summary>
    public MatrixProgress? Matrix { get; init; }

    /// <summary>What keeps runs from being stored; null when nothing does.</summary>
    public Message? Problem { get; init; }

    /// <summary>What happened to the stored runs that one should know of, until the next run starts; null for nothing.</summary>
    public Message? Notice { get; init; }

    /// <summary>An open run by its id; null for none.</summary>
    public OpenRun? FindRun(string? id) => Runs.FirstOrDefault(r => r.Header.Id == id);
}

/// <summary>A run that is open in a lab.</summary>
/// <param name="Header">What was settled at its start.</param>
public sealed record OpenRun(RunHeader Header)
{
    /// <summary>Nanoseconds on the run's axis when this was sent (JSON: seconds); places "now" for a viewer who just came.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Now { get; init; }

    /// <summary>True while the lab acts by itself: a step, Play all, repeating a step.</summary>
    public bool Busy { get; init; }

    /// <summary>True while it repeats a step until it ends otherwise than with EADDRINUSE.</summary>
    public bool Repeating { get; init; }

    /// <summary>Milliseconds between two actions now.</summary>
    public int PauseMs { get; init; }
}

/// <param name="Name">The host's role.</param>
/// <param name="Connected">True while the agent's link is up and its times can be placed.</param>
/// <param name="Facts">What it announced last; null for never.</param>
/// <param name="ClockUncertainty">How far its times may be off the lab's clock (JSON: seconds): 0 when both share one, null when not measured.</param>
public sealed record LabHost(
    string Name,
    bool Connected,
    HostFacts? Facts,
    [property: JsonConverter(typeof(NanosecondsAsSeconds))] long? ClockUncertainty = null
);
