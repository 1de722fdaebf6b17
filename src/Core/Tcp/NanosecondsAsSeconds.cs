using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>A count of nanoseconds, written in JSON as decimal seconds so that a run file reads naturally and loses nothing.</summary>
public sealed class NanosecondsAsSeconds : JsonConverter<long>
{
    private const decimal PerSecond = 1_000_000_000m;

    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (!reader.TryGetDecimal(out decimal seconds) || Math.Abs(seconds) > long.MaxValue / PerSecond)
            throw new JsonException("Seconds are a decimal number of at most 292 years.");
        return (long)decimal.Round(seconds * PerSecond);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value / PerSecond);
}
