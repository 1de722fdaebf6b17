using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What a check of the hosts found.</summary>
/// <param name="Port">The lesson's port that was asked about.</param>
/// <param name="At">When it ended.</param>
/// <param name="Hosts">In the lab's order. Where only what holds the port had changed, the part of the others is that of the check before, with its
/// time.</param>
/// <param name="Findings">The gravest first; of what is fine, too.</param>
/// <param name="DuringRun">True when a run was open: then nothing is bound and nothing is connected, which would stand in the run.</param>
public sealed record LabCheck(int Port, DateTimeOffset At, IReadOnlyList<HostChecked> Hosts, IReadOnlyList<Finding> Findings, bool DuringRun);

/// <param name="Host">The host's role.</param>
/// <param name="Check">Null when it did not answer.</param>
/// <param name="At">When it was asked.</param>
public sealed record HostChecked(string Host, HostCheck? Check, DateTimeOffset At);

/// <summary>How grave a finding is, the gravest last.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingLevel>))]
public enum FindingLevel : byte
{
    /// <summary>Nothing is in the way.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Good to know, and in nobody's way.</summary>
    [JsonStringEnumMemberName("info")]
    Info,

    /// <summary>A run works, but may show something else than the lesson says.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>A run cannot show the lesson.</summary>
    [JsonStringEnumMemberName("blocker")]
    Blocker,
}

/// <param name="Level">How grave it is.</param>
/// <param name="At">When that was read or tried.</param>
/// <param name="Host">Where; null for the way between two.</param>
/// <param name="About">A stable name: a sysctl's, or <c>port</c>, <c>reach</c>, <c>time-wait</c>, <c>privileged</c>, <c>overflow</c>, <c>answer</c>.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do; null for nothing.</param>
public sealed record Finding(FindingLevel Level, DateTimeOffset At, string? Host, string About, Message Found, Message? Remedy = null);
