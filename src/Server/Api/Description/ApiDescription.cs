using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api.Description;

/// <summary>What /openapi/v1.json says beside what follows from the handlers: bodies that are read by hand, errors, examples.</summary>
internal static class ApiDescription
{
    private static readonly Dictionary<string, string> Tags = new()
    {
        ["labs"] = "A lab has hosts and the runs that are open on them.",
        ["scenarios"] = "The catalogue of experiments: what may be chosen, the steps, and what explains each outcome.",
        ["runs"] = "A run is one scenario with chosen values, and the log of what happened.",
        ["matrix"] = "What a kernel does when a port is bound again, cell by cell, beside what the rule says.",
        ["captures"] =
            "Capture files of anybody's (pcap, pcapng): their connections, with the states inferred for both ends. They are kept for a while and in no store.",
        ["health"] = "Whether the dashboard runs.",
    };

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer(
            (document, _, _) =>
            {
                Tidy(document);
                document.Info = new()
                {
                    Title = "ReuseAddrDashboard",
                    Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
                    Description =
                        "Socket experiments on a real Linux kernel. Times are seconds on the run's axis with nanosecond precision. Errors are problem details (RFC 9457) with a stable code and its arguments; their sentences are English or Japanese.",
                };
                // Where it was asked for is where it is.
                document.Servers = [new() { Url = "/" }];
                // There is no access control: an empty requirement says so.
                document.Security = [new OpenApiSecurityRequirement()];
                document.Tags = Tags.Select(t => new OpenApiTag { Name = t.Key, Description = t.Value }).ToHashSet();
                return Task.CompletedTask;
            }
        );
        options.AddOperationTransformer(Operation);
        options.AddSchemaTransformer(SchemaTypes.Describe);
    }

    // A shared schema may have been made for a place that takes null as well: such places say it themselves. What tests expect of a scenario is in no answer.
    private static void Tidy(OpenApiDocument document)
    {
        IDictionary<string, IOpenApiSchema> schemas = document.Components!.Schemas!;
        schemas.Remove(nameof(ScenarioExpectation));
        foreach (OpenApiSchema schema in schemas.Values.OfType<OpenApiSchema>())
        {
            schema.Type &= ~JsonSchemaType.Null;
            if (schema.Enum is { } words)
                schema.Enum = [.. words.Where(w => w is not null && w.GetValueKind() != System.Text.Json.JsonValueKind.Null)];
        }
    }

    private static async Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        foreach (IOpenApiParameter any in operation.Parameters ?? [])
        {
            if (any is not OpenApiParameter parameter)
                continue;
            parameter.Example = ApiExamples.Parameter(parameter.Name ?? "");
            if (parameter.Name == "at")
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.Number };
        }
        (operation.Parameters ??= []).Add(
            Language(
                RequestLanguage.Parameter,
                ParameterLocation.Query,
                "The language of sentences, before Accept-Language: en or ja; English for any other.",
                [.. TextCatalog.Languages.Select(l => (JsonNode)l)]
            )
        );
        operation.Parameters.Add(
            Language(
                HeaderNames.AcceptLanguage,
                ParameterLocation.Header,
                "The languages of sentences, most wanted first: en and ja have texts, and English is for whoever wants neither.",
                null
            )
        );
        foreach ((string status, IOpenApiResponse any) in operation.Responses ?? [])
        {
            if (any is not OpenApiResponse response)
                continue;
            int number = int.Parse(status, CultureInfo.InvariantCulture);
            response.Description = Status(number);
            if (
                response.Content?.ContainsKey(Problems.MediaType) == true
                || number == StatusCodes.Status200OK && operation.Tags?.Any(t => t.Name == "scenarios") == true
            )
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    [HeaderNames.ContentLanguage] = new OpenApiHeader
                    {
                        Description = "The language of the sentences: en or ja.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                };
            }

            if (response.Content?.TryGetValue(Problems.MediaType, out OpenApiMediaType? problem) == true && number == StatusCodes.Status404NotFound)
                problem.Example = ApiExamples.Problem();
        }
        foreach (object metadata in context.Description.ActionDescriptor.EndpointMetadata)
        {
            if (metadata is ApiBody body)
            {
                operation.RequestBody = await Body(body, context, cancel);
            }
            else if (metadata is ApiExtra extra && operation.Responses?["200"].Content?["application/json"] is { } answer)
            {
                answer.Schema = await With(answer.Schema!, extra, context, cancel);
            }
            else if (metadata is ApiHeader header && operation.Responses?["200"] is OpenApiResponse done)
            {
                (done.Headers ??= new Dictionary<string, IOpenApiHeader>())[header.Name] = new OpenApiHeader
                {
                    Description = header.Text,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                };
            }
        }
    }

    private static OpenApiParameter Language(string name, ParameterLocation place, string text, List<JsonNode>? words) =>
        new()
        {
            Name = name,
            In = place,
            Description = text,
            Example = ApiExamples.Parameter(name),
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = words },
        };

    private static async Task<OpenApiRequestBody> Body(ApiBody body, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        OpenApiSchema schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancel);
        IOpenApiSchema shown = schema;
        if (body.Media == CapturesApi.MediaType)
        {
            shown = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        }
        else if (body.Type != typeof(string))
        {
            string name = body.Type == typeof(StartRun) ? "StartRunBody" : body.Type.Name;
            context.Document!.AddComponent(name, schema);
            shown = new OpenApiSchemaReference(name, context.Document);
        }
        return new()
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [body.Media] = new() { Schema = shown, Example = body.Type == typeof(string) ? JsonValue.Create(body.Example) : JsonNode.Parse(body.Example) },
            },
        };
    }

    private static async Task<IOpenApiSchema> With(IOpenApiSchema schema, ApiExtra extra, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        OpenApiSchema member = await context.GetOrCreateSchemaAsync(extra.Type, null, cancel);
        member.Description = extra.Text;
        return new OpenApiSchema
        {
            AllOf =
            [
                schema,
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { extra.Name },
                    Properties = new Dictionary<string, IOpenApiSchema> { [extra.Name] = member },
                },
            ],
        };
    }

    private static string Status(int status) =>
        status switch
        {
            200 => "Done.",
            201 => "It was opened; Location is its address.",
            202 => "Begun; Location is the run's address.",
            204 => "Done; there is nothing to answer with.",
            400 => "The request cannot be used: detail and errors say what is wrong.",
            403 => "The request comes from a page that is not the dashboard's.",
            404 => "There is no such lab, scenario, run, step or capture, or nothing of what was asked for.",
            405 => "The address does not take this method; Allow names those it takes.",
            409 => "It cannot be done now, or not in this order.",
            413 => "The body is too large.",
            415 => "The body is of another media type.",
            422 => "What is stored, or was sent, cannot be read.",
            503 => "Something that the lab needs is missing: an agent, or room in the data directory.",
            _ => "",
        };
}
