using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>
/// A text of a scenario in one or more languages. JSON: a string, which is English, or an object of languages: <c>{"en": "...", "ja": "..."}</c>.
/// </summary>
[JsonConverter(typeof(LocalTextJson))]
public sealed record LocalText(IReadOnlyDictionary<string, string> ByLanguage) : ILocalText
{
    /// <summary>The language that every text has.</summary>
    public const string English = "en";

    /// <summary>A text in English alone.</summary>
    public static LocalText Of(string english) => new(new Dictionary<string, string> { [English] = english });

    /// <summary>The text in a language, or in English, or in any.</summary>
    public string In(string language) =>
        ByLanguage.TryGetValue(language, out string? text) || ByLanguage.TryGetValue(English, out text) ? text : ByLanguage.Values.FirstOrDefault() ?? "";

    /// <summary>By content.</summary>
    public bool Equals(LocalText? other) =>
        other is not null
        && ByLanguage.Count == other.ByLanguage.Count
        && ByLanguage.All(t => other.ByLanguage.TryGetValue(t.Key, out string? text) && text == t.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => In(English).GetHashCode(StringComparison.Ordinal);

    /// <summary>In English.</summary>
    public override string ToString() => In(English);
}

internal sealed class LocalTextJson : JsonConverter<LocalText>
{
    private const int MaxLanguages = 8;

    public override LocalText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return LocalText.Of(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A text is a string, or an object of languages such as {\"en\": \"...\", \"ja\": \"...\"}.");
        var all = new Dictionary<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string language = reader.GetString()!;
            reader.Read();
            if (language.Length is 0 or > 12 || reader.TokenType != JsonTokenType.String || all.Count >= MaxLanguages)
                throw new JsonException("A text is a string, or an object of languages such as {\"en\": \"...\", \"ja\": \"...\"}.");
            all[language] = reader.GetString()!;
        }
        return new(all);
    }

    public override void Write(Utf8JsonWriter writer, LocalText value, JsonSerializerOptions options)
    {
        if (value.ByLanguage is { Count: 1 } && value.ByLanguage.TryGetValue(LocalText.English, out string? english))
        {
            writer.WriteStringValue(english);
            return;
        }
        writer.WriteStartObject();
        foreach ((string language, string text) in value.ByLanguage)
            writer.WriteString(language, text);
        writer.WriteEndObject();
    }
}
