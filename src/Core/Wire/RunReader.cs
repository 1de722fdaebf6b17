using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>Reads runs of every format there was: what comes out is of today's.</summary>
public static class RunReader
{
    private const string Family = "reuseaddr-run/";

    // Deeper than any run; a file comes from anybody.
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 32 };

    /// <summary>Most octets of a run file that a person opens: a flood of an hour has fewer.</summary>
    public const int MaxOctets = 64 * 1024 * 1024;

    /// <summary>Reads a run file. Outcome and results are folded from its log.</summary>
    /// <exception cref="JsonException">It is no run, or of a format that this version does not know.</exception>
    public static RunFile File(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, Bounds);
        JsonElement run = document.RootElement;
        try
        {
            if (FormatOf(run) != RunFormat1.Name)
                return run.Deserialize(LabJson.Default.RunFile) ?? throw new JsonException("null is no run.");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            throw new JsonException("A member of the run has a content that its format does not allow.", e);
        }
        (RunHeader header, IReadOnlyList<RunEvent> events) = Convert(
            run,
            run.TryGetProperty("events", out JsonElement log) && log.ValueKind == JsonValueKind.Array
                ? [.. log.EnumerateArray()]
                : throw new JsonException("A run file has events.")
        );
        return RunFiles.Make(header, events);
    }

    /// <summary>Reads a stored run: a header and its events in the order of seq, each JSON of its own.</summary>
    /// <exception cref="JsonException">They are no run, or of a format that this version does not know.</exception>
    public static (RunHeader Header, IReadOnlyList<RunEvent> Events) Log(string header, IReadOnlyList<string> events)
    {
        using JsonDocument document = JsonDocument.Parse(header, Bounds);
        if (FormatOf(document.RootElement) != RunFormat1.Name)
        {
            return (
                document.RootElement.Deserialize(LabJson.Default.RunHeader)!,
                [.. events.Select(e => JsonSerializer.Deserialize(e, LabJson.Default.RunEvent)!)]
            );
        }

        return Convert(
            document.RootElement,
            events.Select(e =>
            {
                using JsonDocument one = JsonDocument.Parse(e, Bounds);
                return one.RootElement.Clone();
            })
        );
    }

    /// <summary>What format a file says it has, where that is a format of runs that this version does not know; null for any other file.</summary>
    public static string? UnknownFormat(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Bounds);
            JsonElement run = document.RootElement;
            return
                run.ValueKind == JsonValueKind.Object
                && run.TryGetProperty("format", out JsonElement value)
                && value.ValueKind == JsonValueKind.String
                && value.GetString() is { Length: <= 64 } format
                && format.StartsWith(Family, StringComparison.Ordinal)
                && format is not (RunHeader.CurrentFormat or RunFormat1.Name)
                ? format
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a text in it that is no UTF-8.
            return null;
        }
    }

    private static string FormatOf(JsonElement run)
    {
        string? format =
            run.ValueKind == JsonValueKind.Object && run.TryGetProperty("format", out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        return format is RunHeader.CurrentFormat or RunFormat1.Name
            ? format
            : throw new JsonException($"This is no run in a format that this version reads ({RunHeader.CurrentFormat}, {RunFormat1.Name}).");
    }

    private static (RunHeader, IReadOnlyList<RunEvent>) Convert(JsonElement header, IEnumerable<JsonElement> events)
    {
        try
        {
            var converter = new RunFormat1(header);
            return (
                Deserialized(converter.Header, LabJson.Default.RunHeader),
                [.. events.Select(e => Deserialized(converter.Event(e), LabJson.Default.RunEvent))]
            );
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or KeyNotFoundException)
        {
            throw new JsonException("A member of the run is of another type than its format has.", e);
        }
    }

    private static T Deserialized<T>(JsonObject json, JsonTypeInfo<T> type) => json.Deserialize(type) ?? throw new JsonException("null is no run.");
}
