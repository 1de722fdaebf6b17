using Microsoft.EntityFrameworkCore;
using Orleans.Configuration;
using Orleans.Serialization;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Hubs;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Scenarios;
using Serilog;
using Serilog.Events;

namespace ReuseAddrDashboard.Server;

/// <summary>The dashboard put together, on one page.</summary>
internal static class Dashboard
{
    /// <param name="options">Checked options.</param>
    /// <param name="data">Where runs are kept; held by the caller.</param>
    /// <param name="directory">Where the agents' socket is; held by the caller.</param>
    /// <param name="scenarios">The lessons.</param>
    /// <param name="time">The clock; a test brings its own.</param>
    public static WebApplication Build(DashboardOptions options, DataDirectory data, PrivateDirectory directory, ScenarioCatalog scenarios, TimeProvider time)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseUrls([.. options.Urls, $"http://unix:{directory.SocketPath}"]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Host.UseSerilog((_, log) => log
            .MinimumLevel.Is(options.LogLevel)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Orleans", LogEventLevel.Error)
            .MinimumLevel.Override("Polly", LogEventLevel.Error)
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Error)
            .Filter.ByExcluding(HubRefusals.Is)
            .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}"));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1.5));

        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(options));
        builder.Services.AddSingleton(scenarios);
        builder.Services.AddSingleton(data);
        builder.Services.AddSingleton(directory);
        builder.Services.AddSingleton<LocalHostsStatus>();
        builder.Services.AddSingleton<AgentAdmission>();
        builder.Services.AddSingleton<AgentClocks>();
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddDbContextFactory<RunsDb>(db => db.UseSqlite($"Data Source={data.Database}").AddInterceptors(new SqliteSetup()));
        builder.Services.AddSingleton<LabRelay>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LabRelay>());
        builder.Services.AddHostedService<LocalHostsService>();

        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
        builder.Services.AddSignalR(hubs =>
            {
                hubs.MaximumReceiveMessageSize = HubRoutes.MaxLabMessage;
                hubs.EnableDetailedErrors = false;
            })
            .AddHubOptions<AgentHub>(hub =>
            {
                hub.MaximumReceiveMessageSize = HubRoutes.MaxAgentMessage;
                hub.MaximumParallelInvocationsPerClient = 1;
            })
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));

        builder.UseOrleans(silo =>
        {
            // Orleans' default silo port is 11111, the lesson's own. No other silo and no outside client is served, so any free loopback port will do.
            silo.UseLocalhostClustering(siloPort: LoopbackPort.Free(), gatewayPort: LoopbackPort.Free(), clusterId: $"dashboard-{Environment.ProcessId}");
            silo.Services.AddSerializer(serializer => serializer.AddJsonSerializer(
                type => type.Namespace?.StartsWith("ReuseAddrDashboard.Core", StringComparison.Ordinal) == true, WireJson.Default.Options));
            silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromDays(1));
        });

        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<RequestGuard>();
        app.UseWebSockets();
        app.MapOpenApi();
        app.MapRunsApi();
        app.MapHub<AgentHub>(HubRoutes.Agent);
        app.MapHub<LabHub>(HubRoutes.Lab);
        app.MapFallback("/api/{**rest}", () => Results.Problem(statusCode: 404, title: "not found", detail: "There is no such address in the API. /openapi/v1.json lists them."));
        return app;
    }

    /// <summary>Serves the page: the published WebAssembly files, and index.html for every address of the page's own.</summary>
    public static void MapPage(WebApplication app)
    {
        app.MapStaticAssets();
        app.MapFallbackToFile("index.html");
    }

    /// <summary>Makes the store ready, listens, and settles what an earlier dashboard left running.</summary>
    /// <exception cref="InvalidDataException">The store cannot be used.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task Start(WebApplication app)
    {
        await app.Services.GetRequiredService<RunStore>().Prepare(CancellationToken.None);
        await app.StartAsync();
        await app.Services.GetRequiredService<IGrainFactory>().GetGrain<ILabGrain>(HubRoutes.LocalLab).Wake();
    }
}
