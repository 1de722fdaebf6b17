using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>
/// Makes scenario.schema.json, by which editors complete and check (JSON Schema draft-07, which yaml-language-server speaks best): the fields are those of the
/// records that the reader makes, the descriptions their comments.
/// </summary>
internal sealed partial class ScenarioSchema
{
    private readonly JsonObject _definitions = [];
    private readonly XDocument _comments = XDocument.Load(Path.ChangeExtension(typeof(Scenario).Assembly.Location, ".xml"));

    public static string Make()
    {
        var schema = new ScenarioSchema();
        JsonObject root = schema.Fields(typeof(Scenario));
        root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        root.Insert(1, "title", "A scenario of ReuseAddrDashboard (docs/scenarios.md)");
        root["definitions"] = schema._definitions;
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    private JsonObject Fields(Type type)
    {
        var properties = new JsonObject();
        foreach (BoundField field in ScenarioBinder.FieldsOf(type))
        {
            JsonObject of = Narrowed(type, field, Of(field.Type));
            // A reference beside a description: draft-07 ignores what stands beside $ref.
            if (Comment($"P:{type.FullName}.{field.Property.Name}") is { Length: > 0 } comment)
                of = of.ContainsKey("$ref") ? new() { ["description"] = comment, ["allOf"] = new JsonArray(of) } : With(of, comment);
            properties[field.Name] = of;
        }
        var made = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray([.. ScenarioBinder.FieldsOf(type).Where(f => f.IsRequired).Select(f => (JsonNode)f.Name)]),
            ["properties"] = properties,
        };
        if (type == typeof(ScenarioAction))
            made["allOf"] = new JsonArray([.. Enum.GetValues<ActionKind>().Select(Action), .. Enum.GetValues<WaitFor>().Select(Wait)]);
        return made;
    }

    private JsonObject Of(Type type)
    {
        if (type == typeof(string))
            return Text(Limits.MaxText);
        if (type == typeof(bool))
            return new() { ["type"] = "boolean" };
        if (type == typeof(int) || type == typeof(long) || type == typeof(uint))
            return new() { ["type"] = "integer" };
        if (type == typeof(Scalar))
            return new() { ["type"] = Names("boolean", "integer", "string") };
        if (type == typeof(Condition))
            return Text(Limits.MaxCondition);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return new() { ["type"] = "array", ["items"] = Of(type.GetGenericArguments()[0]) };
        if (type == typeof(IReadOnlyDictionary<string, Scalar>))
            return new() { ["type"] = "object", ["additionalProperties"] = Of(typeof(Scalar)) };
        if (!_definitions.ContainsKey(type.Name))
        {
            // Set before it is filled: a type may hold itself.
            _definitions[type.Name] = null;
            _definitions[type.Name] =
                type == typeof(LocalText) ? Languages()
                : type.IsEnum ? Words(type)
                : Fields(type);
        }
        return new() { ["$ref"] = $"#/definitions/{type.Name}" };
    }

    // What the types do not say and the checks hold.
    private static JsonObject Narrowed(Type type, BoundField field, JsonObject made)
    {
        (string name, string of) = (field.Name, type.Name);
        if (name == "topic")
        {
            made["enum"] = Names([.. Topics.All]);
        }
        else if (name is "option")
        {
            made = OneOf(SocketOption.Known.Values.Order(), "^[0-9]+(/[0-9]+)?$");
        }
        else if (name is "address")
        {
            made = OneOf(
                [
                    AddressNames.Any,
                    AddressNames.Any6,
                    AddressNames.Loopback,
                    AddressNames.Loopback6,
                    AddressNames.MappedAny,
                    AddressNames.MappedLoopback,
                    "server",
                    "client",
                ],
                null
            );
        }
        else if (name is "state")
        {
            made["enum"] = Names([.. Enum.GetValues<TcpState>().Where(s => s is not (TcpState.NewSynRecv or TcpState.Close)).Select(s => s.Name())]);
        }
        else if (name is "how")
        {
            made["enum"] = Names("SHUT_RD", "SHUT_WR", "SHUT_RDWR");
        }
        else if (name is "direction")
        {
            made["enum"] = Names("in", "out");
        }
        else if (name is "socket" or "accepted")
        {
            made["pattern"] = $"^[a-z0-9]{{1,{Limits.MaxSocketName}}}$";
        }
        else if (name is "id" && of == nameof(ScenarioValue))
        {
            made["pattern"] = "^[A-Za-z][A-Za-z0-9]*$";
        }
        else if (name is "id" && of == nameof(ScenarioChoice))
        {
            made["type"] = Names("string", "integer");
        }
        else if (name is "id")
        {
            made["pattern"] = "^[a-z0-9][a-z0-9-]*$";
        }
        else if (name is "port")
        {
            made["type"] = Names("string", "integer");
        }
        else if (name is "default" && of == nameof(ScenarioPort))
        {
            (made["minimum"], made["maximum"]) = (Limits.MinPort, Limits.MaxPort);
        }
        else if (name is "limitMs")
        {
            (made["minimum"], made["maximum"]) = (1, Limits.MaxWaitMs);
        }
        else if (name is "pauseMs")
        {
            (made["minimum"], made["maximum"]) = (0, Limits.MaxPauseMs);
        }

        if (Most(of, name) is { } most)
            made["maxItems"] = most;
        // Free play has no step to begin with.
        if (field.IsRequired && made["type"]?.ToString() == "array" && (of, name) is not (nameof(Scenario), "steps"))
            made["minItems"] = 1;
        return made;
    }

    private static int? Most(string of, string list) =>
        (of, list) switch
        {
            (nameof(Scenario), "values") => Limits.MaxValues,
            (nameof(Scenario), "ports") => Limits.MaxPorts,
            (nameof(Scenario), "programs") => Limits.MaxPrograms,
            (nameof(Scenario), "steps") => Limits.MaxSteps,
            (nameof(Scenario), "explanations") => Limits.MaxExplanations,
            (nameof(ScenarioStep), "actions") => Limits.MaxActions,
            (_, "choices") => Limits.MaxChoices,
            _ => null,
        };

    private static JsonNode Action(ActionKind kind)
    {
        ActionShape shape = ActionFields.Of(kind);
        return Where("do", ScenarioBinder.WordsOf(typeof(ActionKind))[(int)kind], shape.Needs, [.. ActionFields.Common, .. shape.Needs, .. shape.Takes]);
    }

    private static JsonNode Wait(WaitFor what)
    {
        ActionShape shape = ActionFields.Of(what);
        return Where("for", ScenarioBinder.WordsOf(typeof(WaitFor))[(int)what], shape.Needs, [.. ActionFields.Common, "for", .. shape.Needs, .. shape.Takes]);
    }

    private static JsonObject Where(string field, string word, IEnumerable<string> needs, IEnumerable<string> takes) =>
        new()
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject { [field] = new JsonObject { ["const"] = word } },
                ["required"] = Names(field),
            },
            ["then"] = new JsonObject
            {
                ["required"] = Names([.. needs]),
                ["propertyNames"] = new JsonObject { ["enum"] = Names([.. takes]) },
            },
        };

    private JsonObject Words(Type type)
    {
        FieldInfo[] fields = type.GetFields(BindingFlags.Public | BindingFlags.Static);
        IReadOnlyList<string> words = ScenarioBinder.WordsOf(type);
        string comment = string.Join(
            '\n',
            fields
                .Select((f, i) => (Word: words[i], Comment: Comment($"F:{type.FullName}.{f.Name}")))
                .Where(f => f.Comment.Length > 0)
                .Select(f => $"{f.Word}: {f.Comment}")
        );
        var made = new JsonObject { ["enum"] = Names([.. words]) };
        return comment.Length > 0 ? With(made, comment) : made;
    }

    private static JsonObject Languages() =>
        new()
        {
            ["oneOf"] = new JsonArray(
                Text(Limits.MaxText),
                new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = Names(LocalText.English),
                    ["additionalProperties"] = Text(Limits.MaxText),
                }
            ),
        };

    private static JsonObject OneOf(IEnumerable<string> words, string? pattern)
    {
        JsonObject other = new() { ["type"] = Names("string", "integer") };
        if (pattern is not null)
            other["pattern"] = pattern;
        return new() { ["anyOf"] = new JsonArray(new JsonObject { ["enum"] = Names([.. words]) }, other) };
    }

    private static JsonObject Text(int most) => new() { ["type"] = "string", ["maxLength"] = most };

    private static JsonArray Names(params string[] names) => new([.. names.Select(n => (JsonNode)n)]);

    private static JsonObject With(JsonObject made, string comment)
    {
        made.Insert(0, "description", comment);
        return made;
    }

    // The comment's text; of what it refers to, the last name.
    private string Comment(string member)
    {
        XElement? summary = _comments.Descendants("member").FirstOrDefault(m => (string?)m.Attribute("name") == member)?.Element("summary");
        return summary is null
            ? ""
            : Blank()
                .Replace(
                    string.Concat(
                        summary
                            .Nodes()
                            .Select(n =>
                                n switch
                                {
                                    XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value.Split('(')[0].Split('.', ':')[^1],
                                    XElement e => e.Value,
                                    _ => n.ToString(SaveOptions.DisableFormatting)
                                        .Replace("&lt;", "<", StringComparison.Ordinal)
                                        .Replace("&gt;", ">", StringComparison.Ordinal)
                                        .Replace("&amp;", "&", StringComparison.Ordinal),
                                }
                            )
                    ),
                    " "
                )
                .Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
