using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Rule;

namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>
/// What came of the second socket: both of its calls succeeded, or one of them failed. The text form is <c>ok</c>, <c>bind EADDRINUSE</c> or <c>listen
/// EADDRINUSE</c>.
/// </summary>
/// <param name="Call">The call that failed; without meaning where none did.</param>
/// <param name="Errno">The error's name; null where both calls succeeded.</param>
[JsonConverter(typeof(MatrixAnswerJson))]
public readonly record struct MatrixAnswer(PortCall Call, string? Errno)
{
    /// <summary>Most characters of a text form.</summary>
    public const int MaxLength = 32;

    private const string Succeeded = "ok";

    /// <summary>bind and listen succeeded.</summary>
    public static MatrixAnswer Ok { get; } = new(PortCall.Listen, null);

    /// <summary>True where bind and listen succeeded.</summary>
    public bool IsOk => Errno is null;

    /// <summary>The text form.</summary>
    public override string ToString() => Errno is null ? Succeeded : $"{(Call == PortCall.Bind ? "bind" : "listen")} {Errno}";

    /// <summary>Reads the text form; false for anything else, of any length.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MatrixAnswer answer)
    {
        answer = Ok;
        if (text == Succeeded)
            return true;
        if (text is not { Length: <= MaxLength } || text.Split(' ') is not [("bind" or "listen") and var call, { Length: > 1 } errno] || !IsErrno(errno))
            return false;
        answer = new(call == "bind" ? PortCall.Bind : PortCall.Listen, errno);
        return true;
    }

    /// <summary>True for a text that looks as the name of an error does: <c>EADDRINUSE</c>, or its number where it has no name.</summary>
    public static bool IsErrno(string? text) =>
        text is { Length: > 0 and < MaxLength }
        && (text.All(char.IsAsciiDigit) || text[0] == 'E' && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)));
}

internal sealed class MatrixAnswerJson : JsonConverter<MatrixAnswer>
{
    public override MatrixAnswer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && MatrixAnswer.TryParse(reader.GetString(), out MatrixAnswer answer)
            ? answer
            : throw new JsonException("An answer is written ok, bind EADDRINUSE or listen EADDRINUSE.");

    public override void Write(Utf8JsonWriter writer, MatrixAnswer value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
