using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>A source as an object; in runs of earlier versions, which named only those a host had, as its name.</summary>
public sealed class SourceFactJson : JsonConverter<SourceFact>
{
    private const string Name = "name", Available = "available", Missing = "missing", Grant = "grant", Limit = "limit";

    public override SourceFact Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return SourceFact.Has(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A source is an object, or a name.");
        string? name = null, missing = null, grant = null, limit = null;
        bool available = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            reader.Read();
            switch (property)
            {
                case Name: name = Text(ref reader); break;
                case Available: available = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw new JsonException("available is true or false."); break;
                case Missing: missing = Text(ref reader); break;
                case Grant: grant = Text(ref reader); break;
                case Limit: limit = Text(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        return new(name ?? throw new JsonException("A source has a name."), available, missing, grant, limit);
    }

    public override void Write(Utf8JsonWriter writer, SourceFact value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Name, value.Name);
        writer.WriteBoolean(Available, value.Available);
        writer.WriteString(Missing, value.Missing);
        writer.WriteString(Grant, value.Grant);
        if (value.Limit is { } limit)
            writer.WriteString(Limit, limit);
        writer.WriteEndObject();
    }

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new JsonException("A text is a string or null.");
}
