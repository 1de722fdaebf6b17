using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>A source as an object; in runs of earlier versions, which named only those a host had, as its name.</summary>
public sealed class SourceFactJson : JsonConverter<SourceFact>
{
    private const string Name = "name",
        Available = "available",
        Missing = "missing",
        Grant = "grant",
        Limit = "limit";

    /// <inheritdoc/>
    public override SourceFact Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return SourceFact.Has(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A source is an object, or a name.");
        string? name = null;
        Message? missing = null,
            grant = null,
            limit = null;
        bool available = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            reader.Read();
            switch (property)
            {
                case Name:
                    name = Text(ref reader);
                    break;
                case Available:
                    available = reader.TokenType is JsonTokenType.True or JsonTokenType.False
                        ? reader.GetBoolean()
                        : throw new JsonException("available is true or false.");
                    break;
                case Missing:
                    missing = Said(ref reader);
                    break;
                case Grant:
                    grant = Said(ref reader);
                    break;
                case Limit:
                    limit = Said(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return new(name ?? throw new JsonException("A source has a name."), available, missing, grant, limit);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SourceFact value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Name, value.Name);
        writer.WriteBoolean(Available, value.Available);
        Write(writer, Missing, value.Missing);
        Write(writer, Grant, value.Grant);
        if (value.Limit is not null)
            Write(writer, Limit, value.Limit);
        writer.WriteEndObject();
    }

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new JsonException("A text is a string or null.");

    // A sentence of an earlier version stays one.
    private static Message? Said(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Null)
            return reader.GetString() is { } sentence ? Message.Of(Message.Verbatim, ("text", sentence)) : null;
        return JsonSerializer.Deserialize(ref reader, MessageJson.Default.Message);
    }

    private static void Write(Utf8JsonWriter writer, string name, Message? message)
    {
        writer.WritePropertyName(name);
        if (message is null)
            writer.WriteNullValue();
        else
            JsonSerializer.Serialize(writer, message, MessageJson.Default.Message);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Message))]
internal sealed partial class MessageJson : JsonSerializerContext;
