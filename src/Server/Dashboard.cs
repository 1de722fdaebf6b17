using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Api;
using ReuseAddrDashboard.Server.Captures;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Hubs;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Metrics;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Runs.Export;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server;

/// <summary>The dashboard put together, on one page.</summary>
internal static class Dashboard
{
    /// <param name="builder">With the whole configuration, checked.</param>
    /// <param name="data">Where runs are kept; held by the caller.</param>
    /// <param name="directory">Where the agents' socket is; held by the caller.</param>
    /// <param name="scenarios">The lessons.</param>
    /// <param name="time">The clock; a test brings its own.</param>
    /// <param name="starter">Who starts the local hosts; null where the dashboard does; held by the caller.</param>
    public static WebApplication Build(
        WebApplicationBuilder builder,
        DataDirectory data,
        PrivateDirectory directory,
        ScenarioCatalog scenarios,
        TimeProvider time,
        LocalHostsStarter? starter = null
    )
    {
        ConfigurationManager configuration = builder.Configuration;
        DashboardOptions options = DashboardOptions.Read(configuration);
        builder.WebHost.UseStaticWebAssets();
        Listen(builder, directory);
        builder.Services.AddLogs(configuration);
        builder.Services.AddTelemetry(configuration);
        builder.Services.AddSystemd();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1.5));

        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(options));
        builder.Services.Configure<RetentionOptions>(configuration.GetSection(RetentionOptions.Section));
        builder.Services.AddSingleton(scenarios);
        builder.Services.AddHostedService<ScenarioWatch>();
        builder.Services.AddSingleton(LabSetups.Default);
        builder.Services.AddSingleton(data);
        builder.Services.AddSingleton(directory);
        builder.Services.AddSingleton<LocalHostsStatus>();
        if (starter is not null)
            builder.Services.AddSingleton(starter);
        builder.Services.AddSingleton(new AgentKeys(options, LabSetups.Default));
        builder.Services.AddSingleton<AgentAdmission>();
        builder.Services.AddSingleton<AgentClocks>();
        builder.Services.AddSingleton<AgentRefusals>();
        builder.Services.Configure<CaptureOptions>(configuration.GetSection(CaptureOptions.Section));
        builder.Services.AddSingleton<CaptureShelf>();
        builder.Services.AddSingleton<DiagramPicture>();
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<RunList>();
        builder.Services.AddSingleton<StoreFile>();
        builder.Services.AddSingleton<StoreWriter>();
        builder.Services.AddHostedService<RunCleaning>();
        builder.Services.AddDbContextFactory<RunsDb>(db => db.UseSqlite(StoreFile.Connection(data.Database)).AddInterceptors(new SqliteSetup()));
        builder.Services.AddSingleton<LabRelay>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LabRelay>());
        builder.Services.AddHostedService<LocalHostsService>();

        builder.Services.AddApi();
        builder
            .Services.AddSignalR(hubs =>
            {
                hubs.MaximumReceiveMessageSize = HubLimits.LabMessage;
                hubs.EnableDetailedErrors = false;
            })
            .AddHubOptions<AgentHub>(hub =>
            {
                hub.MaximumReceiveMessageSize = HubLimits.AgentMessage;
                hub.MaximumParallelInvocationsPerClient = 1;
            })
            .AddJsonProtocol(json =>
            {
                json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
                // Half of what a browser would read, interpreted, says that something is not there.
                json.PayloadSerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            });

        builder.UseOrleans(silo =>
        {
            // Orleans' default silo port is 11111, the lesson's own. No other silo is served, so any free loopback port will do; no outside client is, so there
            // is no gateway (0).
            silo.UseLocalhostClustering(siloPort: LoopbackPort.Free(), gatewayPort: 0, clusterId: $"dashboard-{Environment.ProcessId}");
            silo.Services.AddSerializer(serializer =>
                serializer.AddJsonSerializer(
                    type => type.Namespace?.StartsWith("ReuseAddrDashboard.Core", StringComparison.Ordinal) == true,
                    WireJson.Default.Options
                )
            );
            silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromDays(1));
        });

        WebApplication app = builder.Build();
        app.UseRequestLogs();
        app.UseMiddleware<SecurityHeaders>();
        app.UseProblems();
        app.UseMiddleware<RequestGuard>();
        app.UseMiddleware<HeadRequests>();
        app.UseRouting();
        app.UseOutputCache();
        app.UseWebSockets();
        app.UseWhen(http => http.Request.Path == HubPaths.Lab, lab => lab.UseMiddleware<Compression>());
        app.MapApi();
        app.MapMetrics();
        app.MapHub<AgentHub>(HubPaths.Agent);
        app.MapHub<LabHub>(HubPaths.Lab);
        return app;
    }

    // Kestrel listens on no URL where it has endpoints, its own or the code's.
    private static void Listen(WebApplicationBuilder builder, PrivateDirectory directory)
    {
        bool endpoints = ListenAddress.HasEndpoints(builder.Configuration);
        if (!endpoints)
            builder.WebHost.UseUrls([.. ListenAddress.Configured(builder.Configuration), $"http://unix:{directory.SocketPath}"]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Pages, agents, and room for those that come before these have gone.
            kestrel.Limits.MaxConcurrentUpgradedConnections = 2 * LabRelay.MaxViewers;
            if (endpoints)
                kestrel.ListenUnixSocket(directory.SocketPath);
        });
    }

    /// <summary>
    /// Serves the page: the published WebAssembly files, and index.html at the addresses of its pages. At any other the page says that there is none.
    /// </summary>
    public static void MapPage(WebApplication app)
    {
        app.UseMiddleware<UnknownAddress>();
        app.MapStaticAssets();
        foreach (string page in PageAddresses)
            app.MapFallbackToFile(page, "index.html");
    }

    /// <summary>The routes of the pages.</summary>
    private static readonly string[] PageAddresses =
    [
        "/",
        "/lab",
        "/runs",
        "/runs/open",
        "/runs/{id}",
        "/compare",
        "/matrix",
        "/captures",
        "/captures/{id}",
        "/hosts",
        "/about",
    ];

    /// <summary>Makes the store ready, listens, and settles what an earlier dashboard left running.</summary>
    /// <exception cref="InvalidDataException">The store cannot be used.</exception>
    /// <exception cref="IOException">An address is taken.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">An address is not this machine's, or not this user's to listen on.</exception>
    public static async Task Start(WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<DashboardOptions>>().Value.Hosts == LocalHostsMode.None)
            app.Services.GetRequiredService<AgentKeys>().Make();
        await app.Services.GetRequiredService<StoreWriter>().Start(CancellationToken.None);
        await app.StartAsync();
        foreach (LabSetup lab in app.Services.GetRequiredService<LabSetups>().All)
            await app.Services.GetRequiredService<IGrainFactory>().GetGrain<ILabGrain>(lab.Id).Wake();
    }
}
