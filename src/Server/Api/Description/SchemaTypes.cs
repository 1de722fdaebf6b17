using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api.Description;

/// <summary>Types whose JSON their converters make: the generator cannot know it. A test holds real answers against what stands here.</summary>
internal static class SchemaTypes
{
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        Type type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        bool nullable = schema.Type?.HasFlag(JsonSchemaType.Null) == true || Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is not null;
        JsonSchemaType none = nullable ? JsonSchemaType.Null : 0;
        // What a property says belongs to it alone, and not to the type that it shares with others.
        if (IsShared(type))
            schema.Description = XmlTexts.Summary(type) ?? schema.Description;
        else if (context.JsonPropertyInfo?.AttributeProvider is MemberInfo property)
            schema.Description ??= XmlTexts.Summary(property);
        if (IsSeconds(context))
        {
            schema.Type = JsonSchemaType.Number | none;
            (schema.Format, schema.Pattern) = (null, null);
        }
        else if (type == typeof(TcpEndpoint))
        {
            Text(schema, none, "192.168.122.68:11111", "An address and a port: 192.168.122.68:11111 or [::1]:11111. Port 0 is any, as in a listener's peer.");
        }
        else if (type == typeof(SocketOption))
        {
            Text(schema, none, "SO_REUSEADDR", "A socket option by its C name, or as LEVEL/NUMBER.");
        }
        else if (type == typeof(Condition))
        {
            Text(schema, none, "result(rebind) == EADDRINUSE", "A condition of the scenario language.");
        }
        else if (type == typeof(Scalar))
        {
            schema.Type = JsonSchemaType.Boolean | JsonSchemaType.Integer | JsonSchemaType.String | none;
            schema.Description = "true or false, a whole number, or a word.";
        }
        else if (type == typeof(LocalText))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Object | none;
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
            schema.Description = "A text: English, or an object of languages.";
        }
        else if (type == typeof(SourceFact))
        {
            Source(schema, none);
        }
        else if (type == typeof(StartRun) && schema.Properties is { } properties)
        {
            properties["script"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object | JsonSchemaType.String | JsonSchemaType.Null,
                Description = "A whole scenario as an object like that of GET /api/scenarios/{id}, or as a string that holds YAML.",
            };
            schema.Required?.Clear();
        }
        else if (type == typeof(Scenario))
        {
            schema.Properties?.Remove("expect");
        }
        else if (type == typeof(Problem))
        {
            schema.Examples = [ApiExamples.Problem()];
        }

        return Task.CompletedTask;
    }

    private static bool IsShared(Type type) => type.Namespace?.StartsWith(nameof(ReuseAddrDashboard), StringComparison.Ordinal) == true && !type.IsArray;

    private static bool IsSeconds(OpenApiSchemaTransformerContext context) =>
        context
            .JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(JsonConverterAttribute), true)
            .OfType<JsonConverterAttribute>()
            .Any(a => a.ConverterType == typeof(NanosecondsAsSeconds)) == true;

    private static void Text(OpenApiSchema schema, JsonSchemaType none, string example, string text)
    {
        schema.Type = JsonSchemaType.String | none;
        schema.Examples = [JsonValue.Create(example)];
        schema.Description = text;
    }

    private static void Source(OpenApiSchema schema, JsonSchemaType none)
    {
        schema.Type = JsonSchemaType.Object | none;
        schema.Description = "A way to observe, and whether the host has it.";
        schema.Required = new HashSet<string> { "name", "available" };
        OpenApiSchema message = new()
        {
            Type = JsonSchemaType.Object | JsonSchemaType.Null,
            Required = new HashSet<string> { "code" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["code"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["args"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            },
        };
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["name"] = new OpenApiSchema { Type = JsonSchemaType.String, Examples = ["capture"] },
            ["available"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["missing"] = message,
            ["grant"] = message,
            ["limit"] = message,
        };
    }
}
