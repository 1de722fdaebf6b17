using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What is to be said of a deciding call, or of one that comes next. A page prints it; it decides nothing.</summary>
public sealed record VerdictWords
{
    /// <summary>The headline: <c>Success</c>, <c>EADDRINUSE</c>; of a call that comes next, what it will return.</summary>
    public required Message Result { get; init; }

    /// <summary>Why, in sentences that follow one another.</summary>
    public IReadOnlyList<Message> Why { get; init; } = [];

    /// <summary>What would make it succeed (or would have made), each by itself, the least first; empty where it succeeds, or nothing single does.</summary>
    public IReadOnlyList<Message> Remedies { get; init; } = [];

    /// <summary>The rule beside the kernel's answer; null where the rule is not about the call, and for a call that comes next.</summary>
    public Message? Rule { get; init; }

    /// <summary>Whether rule and kernel agree; null where <see cref="Rule"/> is.</summary>
    public RuleMatch? Match { get; init; }

    /// <summary>True when rule and kernel differ: a reader has to see that.</summary>
    public bool Alarm => Match == RuleMatch.Differs;
}
