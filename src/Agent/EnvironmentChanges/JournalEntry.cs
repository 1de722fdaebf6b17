using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

[JsonConverter(typeof(JsonStringEnumConverter<ChangeKind>))]
internal enum ChangeKind : byte
{
    /// <summary>A sysctl: <see cref="JournalEntry.Name"/>, and its value <see cref="JournalEntry.Before"/>.</summary>
    Sysctl,

    /// <summary>A table of nft, by name.</summary>
    Table,

    /// <summary>The root qdisc of an interface, by the interface's name.</summary>
    Qdisc,
}

/// <summary>One change of the namespace that has to be undone.</summary>
/// <param name="Run">The run it was made for.</param>
/// <param name="Kind">What was changed.</param>
/// <param name="Name">Which.</param>
/// <param name="Before">A sysctl's value before; null for what was not there.</param>
internal sealed record JournalEntry(string Run, ChangeKind Kind, string Name, string? Before);

/// <summary>A journal as a file.</summary>
/// <param name="BootId">The kernel's: after a reboot there is nothing to undo.</param>
/// <param name="Entries">The changes in the order in which they were made.</param>
/// <param name="LocalHosts">The process that made the namespace and with which it goes; 0 for none.</param>
internal sealed record JournalFile(string BootId, IReadOnlyList<JournalEntry> Entries, int LocalHosts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalFile))]
internal sealed partial class JournalJson : JsonSerializerContext;
