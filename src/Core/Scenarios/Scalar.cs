using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>A value of a scenario: true or false, a whole number, or a word. JSON: boolean, number or string.</summary>
[JsonConverter(typeof(ScalarJson))]
public readonly record struct Scalar
{
    private readonly long _number;
    private readonly string? _text;
    private readonly byte _kind;

    private Scalar(byte kind, long number, string? text) => (_kind, _number, _text) = (kind, number, text);

    /// <summary>Characters of a word, at most.</summary>
    public const int MaxText = 200;

    /// <summary>A switch.</summary>
    public static Scalar Of(bool value) => new(1, value ? 1 : 0, null);

    /// <summary>A whole number.</summary>
    public static Scalar Of(long value) => new(2, value, null);

    /// <summary>A word, at most <see cref="MaxText"/> characters.</summary>
    public static Scalar Of(string value) => new(3, 0, value);

    /// <summary>True for true and false.</summary>
    public bool IsBool => _kind == 1;

    /// <summary>True for a number; a word of digits is none.</summary>
    public bool IsNumber => _kind == 2;

    /// <summary>True for a word.</summary>
    public bool IsText => _kind == 3;

    /// <summary>A number, or a switch as 0 or 1; null for a word.</summary>
    public long? Number =>
        _kind is 1 or 2 ? _number
        : long.TryParse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed) ? parsed
        : null;

    /// <summary>True for true, for a number other than 0 and for a word that is not empty.</summary>
    public bool IsTrue =>
        _kind switch
        {
            3 => !string.IsNullOrEmpty(_text),
            _ => _number != 0,
        };

    /// <summary>As a command line shows it: a switch is 0 or 1.</summary>
    public override string ToString() => _kind == 3 ? _text ?? "" : _number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Equal to a person: <c>1</c> and true are, and a word and its letters.</summary>
    public bool Matches(Scalar other) =>
        Number is { } a && other.Number is { } b ? a == b : string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);
}

internal sealed class ScalarJson : JsonConverter<Scalar>
{
    public override Scalar Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True => Scalar.Of(true),
            JsonTokenType.False => Scalar.Of(false),
            JsonTokenType.Number when reader.TryGetInt64(out long number) => Scalar.Of(number),
            JsonTokenType.String when reader.GetString() is { Length: <= Scalar.MaxText } text => Scalar.Of(text),
            _ => throw new JsonException($"A value is true, false, a whole number, or a word of at most {Scalar.MaxText} characters."),
        };

    public override void Write(Utf8JsonWriter writer, Scalar value, JsonSerializerOptions options)
    {
        if (value.IsBool)
            writer.WriteBooleanValue(value.IsTrue);
        else if (value.IsNumber)
            writer.WriteNumberValue(value.Number!.Value);
        else
            writer.WriteStringValue(value.ToString());
    }
}
