using System.Text.Json;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Fields of a JSON body, strictly: an absent or null one is null, one of another kind is an error.</summary>
internal static class BodyFields
{
    /// <summary>Reads a body and hands its object on.</summary>
    /// <param name="http">The request.</param>
    /// <param name="example">A body that would do.</param>
    /// <param name="read">Makes something of it, or says what is wrong.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static async Task<(T? Read, Problem? Problem)> Of<T>(
        HttpRequest http,
        string example,
        Func<JsonElement, (T? Read, IReadOnlyList<ProblemError> Errors)> read,
        CancellationToken cancel
    )
        where T : class
    {
        if (await RequestBody.Read(http, cancel) is not { } octets)
            return (null, RequestBody.TooLarge());
        if (octets.Length == 0)
            return (null, RequestBody.Missing(example));
        try
        {
            using JsonDocument json = JsonDocument.Parse(octets, new() { MaxDepth = 32 });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return (null, Problems.Of(StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.NotObject, ("example", example))));
            (T? made, IReadOnlyList<ProblemError> errors) = read(json.RootElement);
            return errors.Count == 0 ? (made, null) : (null, Problems.Of(errors));
        }
        catch (JsonException e)
        {
            return (null, Problems.Of(StatusCodes.Status400BadRequest, Message.Of(EdgeCodes.NotJson, ("text", e.Message))));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or octets that are no UTF-8, within a string.
            return (null, RequestBody.NotText());
        }
    }

    /// <summary>An error for each field that is none of those.</summary>
    public static void OnlyOf(JsonElement root, IReadOnlyList<string> known, List<ProblemError> errors)
    {
        foreach (string unknown in root.EnumerateObject().Select(p => p.Name).Except(known))
            errors.Add(ProblemError.Of(Problems.Short(unknown), Message.Of(EdgeCodes.UnknownField, ("known", string.Join(", ", known)))));
    }

    public static JsonElement? Value(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static int? Whole(JsonElement root, string name, int least, int most, List<ProblemError> errors, string? field = null)
    {
        if (Value(root, name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most)
            return number;
        errors.Add(ProblemError.Of(field ?? name, Message.Of(EdgeCodes.Whole, ("field", field ?? name), ("least", least), ("most", most))));
        return null;
    }

    public static bool? Switch(JsonElement root, string name, List<ProblemError> errors)
    {
        if (Value(root, name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        errors.Add(ProblemError.Of(name, Message.Of(EdgeCodes.Switch, ("field", name))));
        return null;
    }
}
