using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>What one host's kernel did in one cell.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Kernel">What bind and listen returned; null where the cell could not be tried.</param>
/// <param name="Untried">Why it could not be tried; null where it was.</param>
public sealed record MatrixResult(MatrixCell Cell, MatrixAnswer? Kernel, Message? Untried = null)
{
    /// <summary>What the rule says; in JSON for others to read, and never taken from there.</summary>
    public MatrixAnswer Rule => MatrixRule.Of(Cell).Answer;

    /// <summary>True where the kernel answered otherwise than the rule.</summary>
    [JsonIgnore]
    public bool IsMismatch => Kernel is { } kernel && kernel != Rule;
}

/// <summary>The host on which cells were tried.</summary>
public sealed record MatrixHost
{
    /// <summary>Most characters of a text, sysctls, and characters of a sysctl's value.</summary>
    public const int MaxText = 200,
        MaxSysctls = 32,
        MaxSysctlValue = 1000;

    /// <summary>uname -r.</summary>
    public required string Kernel { get; init; }

    /// <summary>PRETTY_NAME of /etc/os-release; <c>unknown</c> where there is none.</summary>
    public required string Os { get; init; }

    /// <summary>The agent's version.</summary>
    public required string Agent { get; init; }

    /// <summary>The user to whom both sockets belonged.</summary>
    public uint Uid { get; init; }

    /// <summary>Sysctls that bear on the answers or on how they were got; <c>null</c> for one that cannot be read.</summary>
    public required IReadOnlyDictionary<string, string?> Sysctls { get; init; }

    /// <summary>True where everything is within its bounds and on one line.</summary>
    [JsonIgnore]
    public bool IsBounded =>
        Line(Kernel, MaxText)
        && Line(Os, MaxText)
        && Line(Agent, MaxText)
        && Sysctls is { Count: <= MaxSysctls }
        && Sysctls.All(s => Line(s.Key, MaxText) && (s.Value is not { Length: > 0 } value || Line(value, MaxSysctlValue)));

    /// <summary>True where the answers of both may stand side by side as those of one: the same kernel, user and sysctls.</summary>
    public bool IsLike(MatrixHost other) =>
        (Kernel, Os, Uid, Sysctls.Count) == (other.Kernel, other.Os, other.Uid, other.Sysctls.Count)
        && Sysctls.All(s => other.Sysctls.TryGetValue(s.Key, out string? value) && value == s.Value);

    private static bool Line(string? text, int most) => text is { Length: > 0 } && text.Length <= most && PlainLine.Is(text);
}
