using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What a check of the two hosts found.</summary>
/// <param name="Port">The lesson's port that was asked about.</param>
/// <param name="At">When it ended.</param>
/// <param name="Hosts">client and server, in this order. Where only what holds the port had changed, the client's part is that of the check before.</param>
/// <param name="Findings">The gravest first; of what is fine, too.</param>
/// <param name="DuringRun">True when a run was open: then nothing is bound and nothing is connected, which would stand in the run.</param>
public sealed record LabCheck(int Port, DateTimeOffset At, IReadOnlyList<HostChecked> Hosts, IReadOnlyList<Finding> Findings, bool DuringRun);

/// <param name="Host"><c>client</c> or <c>server</c>.</param>
/// <param name="Check">Null when it did not answer.</param>
public sealed record HostChecked(string Host, HostCheck? Check);

/// <summary>How grave a finding is, the gravest last.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingLevel>))]
public enum FindingLevel : byte
{
    [JsonStringEnumMemberName("ok")] Ok,
    [JsonStringEnumMemberName("info")] Info,

    /// <summary>A run works, but may show something else than the lesson says.</summary>
    [JsonStringEnumMemberName("warning")] Warning,

    /// <summary>A run cannot show the lesson.</summary>
    [JsonStringEnumMemberName("blocker")] Blocker,
}

/// <param name="Host">Where; null for the way between the two.</param>
/// <param name="About">A stable name: a sysctl's, or <c>port</c>, <c>reach</c>, <c>time-wait</c>, <c>privileged</c>, <c>overflow</c>, <c>answer</c>.</param>
/// <param name="Text">What was found, in a sentence.</param>
/// <param name="Remedy">What to do, in a sentence or as a command; null for nothing.</param>
public sealed record Finding(FindingLevel Level, string? Host, string About, string Text, string? Remedy = null);
