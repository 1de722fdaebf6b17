using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What a browser calls on the server. Every call first needs <see cref="Join"/>.</summary>
public interface ILabHub
{
    /// <summary>Subscribes to the lab, then returns all there is: nothing is missed, and what comes twice has the same seq.</summary>
    Task<LabSnapshot> Join(string lab);

    /// <summary>Opens a run; with <paramref name="request"/>.Play plays all its steps.</summary>
    Task<LabReply> StartRun(StartRun request);

    /// <summary>Runs the rest of a step's calls, pausing between them.</summary>
    Task<LabReply> RunStep(string run, string step);

    /// <summary>Runs every step that is left.</summary>
    Task<LabReply> Play(string run);

    /// <summary>Makes the next system call only.</summary>
    Task<LabReply> NextCall(string run);

    /// <summary>Destroys the run's TIME-WAIT sockets where the host may (SOCK_DESTROY), an intervention that the log shows.</summary>
    Task<LabReply> SkipWait(string run);

    /// <summary>After a rebind that failed with EADDRINUSE: makes it again once a second until it succeeds, is stopped, or 70 s have passed.</summary>
    Task<LabReply> WaitAndBind(string run);

    /// <summary>Stops <see cref="WaitAndBind"/> between two attempts.</summary>
    Task<LabReply> StopWaiting(string run);

    /// <summary>Closes every lesson socket on both hosts, destroys what they left in TIME-WAIT where the hosts may, and puts the run away.</summary>
    Task<LabReply> Reset();

    /// <summary>Changes the pause between calls of the open run, in milliseconds.</summary>
    Task<LabReply> Pace(string run, int pauseMs);

    /// <summary>Checks both hosts anew, side by side; what came of it is in <see cref="LabState.Check"/>.</summary>
    Task<LabReply> Check();

    /// <summary>The port to watch while no run is open.</summary>
    Task<LabReply> WatchPort(int port);

    /// <summary>The events of the open run after <paramref name="seq"/>; empty for any other run.</summary>
    Task<IReadOnlyList<RunEvent>> Since(string run, long seq);
}

/// <summary>What the server calls on a browser.</summary>
public interface ILabClient
{
    /// <summary>New events of a run, in order of seq.</summary>
    Task Events(RunBatch batch);

    /// <summary>Something beside the log changed: hosts, the open run, sockets outside a run.</summary>
    Task Lab(LabState state);
}

public sealed record StartRun
{
    public required string Scenario { get; init; }

    public int? Port { get; init; }

    public bool? ListenerReuseAddr { get; init; }

    public bool? RebindReuseAddr { get; init; }

    public int? PauseMs { get; init; }

    /// <summary>Play all steps at once.</summary>
    public bool Play { get; init; }
}

/// <summary>How a lab takes what was asked of it: an expected failure is a value.</summary>
/// <param name="Code">A stable name of the failure, <c>step-out-of-order</c>; null on success.</param>
/// <param name="Text">What is wrong and what to do, in a sentence; null on success.</param>
/// <param name="Run">The run it was about.</param>
public sealed record LabReply(string? Code, string? Text, string? Run = null)
{
    /// <summary>The lab's version once this was answered: an older <see cref="LabState"/> does not show yet what was done. 0 where the caller is no browser.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Version { get; init; }

    [JsonIgnore]
    public bool Ok => Code is null;

    public static LabReply Done(string? run) => new(null, null, run);
}

/// <param name="Run">The run's id.</param>
/// <param name="Events">In order of seq, without a hole.</param>
public sealed record RunBatch(string Run, IReadOnlyList<RunEvent> Events);

/// <param name="State">The lab.</param>
/// <param name="Scenarios">The lessons there are.</param>
/// <param name="Events">The whole log of the open run; empty when none is open.</param>
public sealed record LabSnapshot(LabState State, IReadOnlyList<Scenario> Scenarios, IReadOnlyList<RunEvent> Events);

/// <summary>What a lab is at this moment, beside the log.</summary>
public sealed record LabState
{
    /// <summary>The lab's id; the one on this machine is <c>local</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Grows with every change, so that a late message is not taken for news.</summary>
    public long Version { get; init; }

    public HostsMode Mode { get; init; }

    /// <summary>Why this mode and not a better one, or how to bring hosts, in a sentence; null when there is nothing to say.</summary>
    public string? ModeReason { get; init; }

    /// <summary>client and server, in this order; Facts null for one that never joined.</summary>
    public required IReadOnlyList<LabHost> Hosts { get; init; }

    /// <summary>The open run without its log; null when none is open.</summary>
    public RunHeader? Run { get; init; }

    /// <summary>Nanoseconds on the open run's axis when this was sent (JSON: seconds); places "now" for a viewer who just came.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long RunTime { get; init; }

    /// <summary>The port that is watched.</summary>
    public int Port { get; init; }

    /// <summary>The last reading of each socket on the port while no run is open; T counts back from when this was sent (≤ 0).</summary>
    public required IReadOnlyList<SocketEvent> Sockets { get; init; }

    /// <summary>What the last check of the hosts found; null before the first, and once a host or the port has changed.</summary>
    public LabCheck? Check { get; init; }

    /// <summary>True while the lab makes calls by itself: a step, Play all.</summary>
    public bool Busy { get; init; }

    /// <summary>What keeps the lab from working, in a sentence: a data directory that cannot be written; null when nothing does.</summary>
    public string? Problem { get; init; }
}

/// <summary>Where the two hosts are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HostsMode>))]
public enum HostsMode : byte
{
    /// <summary>Two network namespaces of this machine.</summary>
    [JsonStringEnumMemberName("namespaces")] Namespaces,

    /// <summary>127.0.0.1 and 127.0.0.2 of this machine.</summary>
    [JsonStringEnumMemberName("loopback")] Loopback,

    /// <summary>Agents that join from elsewhere.</summary>
    [JsonStringEnumMemberName("remote")] Remote,
}

/// <param name="Name"><c>client</c> or <c>server</c>.</param>
/// <param name="Connected">True while the agent's link is up.</param>
/// <param name="Facts">What it announced last; null for never.</param>
/// <param name="ClockUncertainty">How far its times may be off the lab's clock, those of the open run or, without one, of now (JSON: seconds): 0 when both share one, null when not measured.</param>
public sealed record LabHost(
    string Name, bool Connected, HostFacts? Facts, [property: JsonConverter(typeof(NanosecondsAsSeconds))] long? ClockUncertainty = null);
