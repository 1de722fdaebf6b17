using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReuseAddrDashboard.Server.Tests.Fuzz;

/// <summary>Makes of what a schema allows what somebody might send instead. The same seed makes the same.</summary>
internal sealed class Mutations(int seed)
{
    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    public bool Once(int in_) => _random.Next(in_) == 0;

    private static readonly string[] Texts =
    [
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "NaN",
        "null",
        "true",
        "../../etc/passwd",
        "%2e%2e%2f",
        "a\nb",
        "\u001b[31m",
        "\u202eabc",
        "\0",
        "\ufeff",
        "日本語",
        "😀",
        "'; DROP TABLE runs; --",
        "{0}",
        "{text}",
        "&<script>",
        new('x', 300),
        new('[', 4000),
        "99999999999999999999999999999999",
        "0x10",
        "2026-11-26T00:00:00Z",
        "without-reuseaddr",
        "local",
        "client",
        "any",
        "ok",
        "EADDRINUSE",
    ];

    // The last ones are the most seconds that nanoseconds in 64 bits hold, and a little more.
    private static readonly JsonNode?[] Numbers =
    [
        0,
        -1,
        1,
        65535,
        65536,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        long.MaxValue,
        long.MinValue,
        1.5,
        1e308,
        11111,
        JsonNode.Parse("18446744073709551615"),
        JsonNode.Parse("9223372036.854775807"),
        JsonNode.Parse("-9223372036.854775807"),
        JsonNode.Parse("9223372036.854775808"),
    ];

    public string Text() => Pick(Texts);

    /// <summary>Changes one thing in a message: mostly a value to another of its kind, so that the rest of it is looked at too.</summary>
    public void Change(JsonNode message)
    {
        JsonNode at = message;
        while (true)
        {
            JsonNode? inner;
            Action<JsonNode?> set;
            switch (at)
            {
                case JsonObject { Count: > 0 } o:
                    string name = Pick([.. o.Select(p => p.Key)]);
                    (inner, set) = (o[name], value => o[name] = value);
                    break;
                case JsonArray { Count: > 0 } a:
                    int index = Next(a.Count);
                    (inner, set) = (a[index], value => a[index] = value);
                    break;
                default:
                    return;
            }
            if (inner is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } && !Once(8))
            {
                at = inner;
                continue;
            }
            set(Once(3) ? Wrong(0) : Alike(inner));
            return;
        }
    }

    private JsonNode? Alike(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            JsonValueKind.Number => Pick(Numbers)?.DeepClone(),
            JsonValueKind.String => Text(),
            JsonValueKind.True => false,
            JsonValueKind.False => true,
            _ => Wrong(0),
        };

    /// <summary>A value that the schema describes, or nearly.</summary>
    public JsonNode? Value(JsonNode? schema, Func<string, JsonNode?> resolve, int depth = 0)
    {
        if (schema is JsonObject reference && reference["$ref"] is { } to)
            schema = resolve(to.GetValue<string>());
        if (Once(12) || depth > 12)
            return Wrong(depth);
        if (schema is not JsonObject s)
            return Wrong(depth);
        if ((s["oneOf"] ?? s["anyOf"] ?? s["allOf"]) is JsonArray { Count: > 0 } choices)
            return Value(Pick([.. choices]), resolve, depth + 1);
        if (s["enum"] is JsonArray { Count: > 0 } words)
            return Pick([.. words])?.DeepClone();
        if (s["const"] is { } constant)
            return constant.DeepClone();
        string type = s["type"] switch
        {
            JsonArray types => Pick([.. types])?.GetValue<string>() ?? "null",
            JsonValue one => one.GetValue<string>(),
            _ => s["properties"] is null ? "string" : "object",
        };
        switch (type)
        {
            case "object":
                var made = new JsonObject();
                foreach ((string name, JsonNode? property) in s["properties"] as JsonObject ?? [])
                {
                    if (!Once(3))
                        made[name] = Value(property, resolve, depth + 1);
                }
                if (s["additionalProperties"] is JsonObject more)
                {
                    for (int i = Next(4); i > 0; i--)
                        made[Once(2) ? Text() : $"main{i}"] = Value(more, resolve, depth + 1);
                }
                if (Once(8))
                    made[Text()] = Wrong(depth);
                return made;
            case "array":
                var list = new JsonArray();
                for (int i = Next(Once(10) ? 40 : 4); i > 0; i--)
                    list.Add(Value(s["items"], resolve, depth + 1));
                return list;
            case "integer" or "number":
                return Once(3) ? Pick(Numbers)?.DeepClone() : JsonValue.Create(Next(2000));
            case "boolean":
                return Once(2);
            case "null":
                return null;
            default:
                return Once(2) ? Text() : "x" + Next(9).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Octets that are nearly the text: cut, doubled, with one changed, or none of UTF-8.</summary>
    public byte[] Octets(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        switch (Next(10))
        {
            case 0 when octets.Length > 0:
                return octets[..Next(octets.Length)];
            case 1:
                return [.. octets, .. octets];
            case 2 when octets.Length > 0:
                octets[Next(octets.Length)] = (byte)Next(256);
                return octets;
            case 3:
                return [.. octets, 0xff, 0xfe, 0xc0, 0x80];
            case 4:
                return Encoding.UTF8.GetBytes(text.Replace("x", "\\ud800", StringComparison.Ordinal));
            default:
                return octets;
        }
    }

    private JsonNode? Wrong(int depth) =>
        Next(7) switch
        {
            0 => null,
            1 => Text(),
            2 => Pick(Numbers)?.DeepClone(),
            3 => new JsonArray(),
            4 => new JsonObject(),
            5 => Once(2),
            _ when depth < 3 => Deep(Next(40)),
            _ => 7,
        };

    private static JsonNode Deep(int levels)
    {
        JsonNode node = 1;
        for (int i = 0; i < levels; i++)
            node = new JsonArray(node);
        return node;
    }
}
