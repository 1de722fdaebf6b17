using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>Reads runs of every format there was: what comes out is of today's.</summary>
public static class RunReader
{
    // Deeper than any run; a file comes from anybody.
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 32 };

    /// <summary>Reads a run file. Outcome and results are folded from its log.</summary>
    /// <exception cref="JsonException">It is no run, or of a format that this version does not know.</exception>
    public static RunFile File(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, Bounds);
        JsonElement run = document.RootElement;
        if (FormatOf(run) != RunFormat1.Name)
            return run.Deserialize(LabJson.Default.RunFile)!;
        (RunHeader header, IReadOnlyList<RunEvent> events) = Convert(run, run.TryGetProperty("events", out JsonElement log) ? [.. log.EnumerateArray()] : throw new JsonException("A run file has events."));
        return RunFiles.Make(header, events);
    }

    /// <summary>Reads a stored run: a header and its events in the order of seq, each JSON of its own.</summary>
    /// <exception cref="JsonException">They are no run, or of a format that this version does not know.</exception>
    public static (RunHeader Header, IReadOnlyList<RunEvent> Events) Log(string header, IReadOnlyList<string> events)
    {
        using JsonDocument document = JsonDocument.Parse(header, Bounds);
        if (FormatOf(document.RootElement) != RunFormat1.Name)
            return (document.RootElement.Deserialize(LabJson.Default.RunHeader)!, [.. events.Select(e => JsonSerializer.Deserialize(e, LabJson.Default.RunEvent)!)]);
        return Convert(document.RootElement, events.Select(e =>
        {
            using JsonDocument one = JsonDocument.Parse(e, Bounds);
            return one.RootElement.Clone();
        }));
    }

    private static string FormatOf(JsonElement run)
    {
        string? format = run.ValueKind == JsonValueKind.Object && run.TryGetProperty("format", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return format is RunHeader.CurrentFormat or RunFormat1.Name ? format
            : throw new JsonException($"This is no run in a format that this version reads ({RunHeader.CurrentFormat}, {RunFormat1.Name}).");
    }

    private static (RunHeader, IReadOnlyList<RunEvent>) Convert(JsonElement header, IEnumerable<JsonElement> events)
    {
        try
        {
            var converter = new RunFormat1(header);
            return (Deserialized(converter.Header, LabJson.Default.RunHeader), [.. events.Select(e => Deserialized(converter.Event(e), LabJson.Default.RunEvent))]);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A member of the run is of another type than its format has.", e);
        }
    }

    private static T Deserialized<T>(JsonObject json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => json.Deserialize(type) ?? throw new JsonException("null is no run.");
}
