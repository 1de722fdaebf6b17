using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Api;

internal static class ScenariosApi
{
    private const string LabText = "The lab whose hosts are looked at; the first where none is named.";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/scenarios", List)
            .WithName("listScenarios")
            .WithTags("scenarios")
            .Produces<IReadOnlyList<ScenarioEntry>>()
            .Fails(404)
            .WithSummary("The catalogue of scenarios, in its order.")
            .WithDescription("Each with what the lab's hosts lack to run it.");
        api.MapGet("/scenarios/{id}", Get)
            .WithName("getScenario")
            .WithTags("scenarios")
            .Produces<Scenario>()
            .Fails(404)
            .WithMetadata(
                new ApiExtra("missing", typeof(IReadOnlyList<MissingNeed>), "What the lab's hosts lack of what it needs; empty where it can be started.")
            )
            .WithSummary("A whole scenario: values, ports, programs, steps, question and explanations.")
            .WithDescription(
                "What a run of it keeps in its file as script, and what the script of a new run may be; with what the lab's hosts lack to run it."
            );
        api.MapGet("/scenarios/faults", (HttpContext http, ScenarioCatalog catalogue) => Results.Ok(Faults(catalogue.Faults, http)))
            .WithName("listScenarioFaults")
            .WithTags("scenarios")
            .Produces<IReadOnlyList<ScenarioFaultEntry>>()
            .Fails()
            .WithSummary("What is wrong with the scenarios' files.")
            .WithDescription("A file that was right before keeps its last good version in use; one that never was is left out. Warnings are among it.");
        api.MapPost("/scenarios/check", Check)
            .WithName("checkScenario")
            .WithTags("scenarios")
            .Produces<ScenarioCheckAnswer>()
            .Fails(400, 403, 413, 415)
            .WithMetadata(new ApiBody(typeof(string), "application/yaml", ApiExamples.Yaml))
            .WithSummary("Checks a scenario without running it.")
            .WithDescription(
                "The body is YAML, of which JSON is a part, at most 256 KiB. The answer has every fault with its line, column and field; docs/scenarios.md explains the language."
            );
    }

    private static async Task<IResult> List([Description(LabText)] string? lab, HttpContext http, LabAccess labs, ScenarioCatalog catalogue)
    {
        (LabState? state, Problem? problem) = await State(lab, labs);
        if (problem is not null)
            return Problems.Result(problem);
        TextCatalog texts = RequestLanguage.Texts(http);
        return Results.Ok(
            (IReadOnlyList<ScenarioEntry>)
                [
                    .. catalogue.All.Select(s => new ScenarioEntry
                    {
                        Id = s.Id,
                        Title = s.Title,
                        Summary = s.Summary,
                        Topic = s.Topic,
                        Level = s.Level,
                        Needs = s.Needs,
                        Missing = Missing(s, state!, texts),
                    }),
                ]
        );
    }

    private static async Task<IResult> Get(
        [Description("The scenario's id.")] string id,
        [Description(LabText)] string? lab,
        HttpContext http,
        LabAccess labs,
        ScenarioCatalog catalogue
    )
    {
        (LabState? state, Problem? problem) = await State(lab, labs);
        if (problem is not null)
            return Problems.Result(problem);
        if (catalogue.Find(id) is not { } scenario)
            return Problems.Result(StatusCodes.Status404NotFound, Message.Of(EdgeCodes.UnknownScenario, ("scenario", Problems.Short(id))));
        JsonObject json = JsonSerializer.SerializeToNode(scenario with { Expect = null }, WireJson.Default.Scenario)!.AsObject();
        json["missing"] = JsonSerializer.SerializeToNode(Missing(scenario, state!, RequestLanguage.Texts(http)), JsonSerializerOptions.Web);
        return Results.Json(json);
    }

    private static async Task<IResult> Check(HttpRequest http, CancellationToken cancel)
    {
        if (await RequestBody.Read(http, cancel) is not { } octets)
            return Problems.Result(RequestBody.TooLarge());
        if (octets.Length == 0)
            return Problems.Result(Problems.Of(StatusCodes.Status400BadRequest, new Message(EdgeCodes.YamlMissing)));
        if (RequestBody.Text(octets) is not { } text)
            return Problems.Result(RequestBody.NotText());
        ScenarioReading read = ScenarioReader.ReadYaml(text);
        return Results.Ok(
            new ScenarioCheckAnswer
            {
                Valid = read.Scenario is not null,
                Id = read.Scenario?.Id,
                Faults = Faults(read.Faults, http.HttpContext),
            }
        );
    }

    private static async Task<(LabState?, Problem?)> State(string? lab, LabAccess labs)
    {
        string id = lab ?? labs.Labs.First();
        return labs.UnknownLab(id) is { } unknown ? (null, unknown) : (await labs.State(id), null);
    }

    private static IReadOnlyList<ScenarioFaultEntry> Faults(IReadOnlyList<ScenarioFault> faults, HttpContext http)
    {
        TextCatalog texts = RequestLanguage.Texts(http);
        return [.. faults.Select(f => ScenarioFaults.Entry(f, texts))];
    }

    private static IReadOnlyList<MissingNeed> Missing(Scenario scenario, LabState lab, TextCatalog texts) =>
        [.. ScenarioNeeds.Missing(scenario, [.. lab.Hosts.Select(h => h.Facts).OfType<HostFacts>()], lab.Mode).Select(m => MissingNeed.Of(m, texts))];
}
