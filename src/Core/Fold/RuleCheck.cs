using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What the rule said of a call, beside what the kernel said.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleMatch>))]
public enum RuleMatch : byte
{
    /// <summary>Both say the same.</summary>
    [JsonStringEnumMemberName("same")] Same,

    /// <summary>The rule was certain, and the kernel did otherwise: an alarm.</summary>
    [JsonStringEnumMemberName("differs")] Differs,

    /// <summary>The rule could not be certain; <see cref="RuleCheck.Doubt"/> says why.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,

    /// <summary>The call failed for a reason the rule is not about: EACCES, EADDRNOTAVAIL, EINVAL.</summary>
    [JsonStringEnumMemberName("outside")] Outside,
}

/// <summary>Why nothing can be said for certain.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleDoubt>))]
public enum RuleDoubt : byte
{
    [JsonStringEnumMemberName("none")] None,

    /// <summary>It depends on an option or an owner that nobody knows.</summary>
    [JsonStringEnumMemberName("options")] Options,

    /// <summary>A socket came, went or changed about the moment of the call.</summary>
    [JsonStringEnumMemberName("moved")] Moved,

    /// <summary>The host has no sock_diag: a socket that is bound and does not listen is seen by nobody.</summary>
    [JsonStringEnumMemberName("bound-unseen")] BoundUnseen,

    /// <summary>Something the host saw was lost on the way to the log.</summary>
    [JsonStringEnumMemberName("lost")] Lost,

    /// <summary>The look after the call is not in the log yet.</summary>
    [JsonStringEnumMemberName("not-looked")] NotLooked,
}

/// <summary>A bind or listen that was made on the run's port: the rule's verdict on the state just before it, and the kernel's.</summary>
/// <param name="Seq">The call's place in the log.</param>
/// <param name="Step">The scenario's step it belongs to.</param>
/// <param name="Attempt">Which run of that step.</param>
/// <param name="Errno">The kernel's answer; null on success.</param>
/// <param name="Candidate">The socket it was made on, with its options at that moment.</param>
/// <param name="Verdict">The rule's, over the sockets that were there.</param>
/// <param name="Match">Whether they agree.</param>
/// <param name="Doubt">Why that is unknown; none otherwise.</param>
public sealed record RuleCheck(
    long Seq, string? Step, int Attempt, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Errno, BindCandidate Candidate, BindVerdict Verdict, RuleMatch Match, RuleDoubt Doubt);

/// <summary>What the rule says of the next bind or listen, if it were made now.</summary>
/// <param name="Host">Where it will be made.</param>
/// <param name="Step">The scenario's step that makes it.</param>
/// <param name="Candidate">The socket with its options as read back or, where the step has not set them yet, as it will.</param>
/// <param name="Verdict">The rule's, over the sockets that are there, without those that the step closes first.</param>
/// <param name="Doubt">Why the rule's answer may be wrong although it names no unknown: bound sockets that nobody sees, or events that were lost.</param>
public sealed record BindPreview(string Host, string Step, BindCandidate Candidate, BindVerdict Verdict, RuleDoubt Doubt);

/// <summary>GET /api/runs/{id}/verdict.</summary>
/// <param name="Next">Null when the step that comes next makes no bind or listen.</param>
/// <param name="Made">In the order of the log.</param>
public sealed record RunVerdict(BindPreview? Next, IReadOnlyList<RuleCheck> Made);
