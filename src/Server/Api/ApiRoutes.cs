using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api.Description;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Kernels;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Recorded;
using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>
/// The HTTP API: the same labs as the page's, for programs. /openapi/v1.json describes it; errors are RFC 9457 problem details that say what to do
/// (<see cref="Problem"/>).
/// </summary>
internal static class ApiRoutes
{
    public static void AddApi(this IServiceCollection services)
    {
        services.AddSingleton<StoreCalls>();
        services.AddSingleton<RunReads>();
        services.AddSingleton<RunChanges>();
        services.AddSingleton<LabAccess>();
        services.AddSingleton<RunRequests>();
        services.AddSingleton<KernelShelf>();
        services.AddSingleton(new RecordedRuns(Path.Combine(AppContext.BaseDirectory, "Recorded")));
        services.AddOpenApi(ApiDescription.Describe);
        services.AddOutputCache();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
            // A number is a number: the description says the same.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
    }

    private static IResult Ready(StoreState store, DataDirectory data) =>
        store == StoreState.Works
            ? Results.Ok(new Readiness(store))
            : Problems.Result(StatusCodes.Status503ServiceUnavailable, StoreFaults.Message(store, data.Path));

    public static void MapApi(this IEndpointRouteBuilder app)
    {
        // Making the description takes far longer than sending it, and while the dashboard runs it is the same.
        app.MapOpenApi().CacheOutput(cache => cache.Expire(TimeSpan.FromDays(1)));
        app.MapGet("/healthz", () => Results.Text("ok"))
            .WithName("getHealth")
            .WithTags("health")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Fails()
            .WithSummary("Answers ok while the dashboard runs.");
        app.MapGet("/readyz", (StoreWriter writer, DataDirectory data) => Ready(writer.State, data))
            .WithName("getReadiness")
            .WithTags("health")
            .Produces<Readiness>()
            .Fails(503)
            .WithSummary("Whether runs are stored as they happen.")
            .WithDescription("While they are not, the problem's code says what keeps them from it: store.full, store.locked and so on.");
        RouteGroupBuilder api = app.MapGroup("/api");
        ScenariosApi.Map(api);
        LabsApi.Map(api);
        RunHistoryApi.Map(api);
        RunsApi.Map(api);
        RunCommandsApi.Map(api);
        MatrixApi.Map(api);
        RecordedApi.Map(api);
        CapturesApi.Map(api);
    }
}
