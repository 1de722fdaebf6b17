using Serilog;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>The log: the section Serilog of the configuration says what is written and where, this what may never be.</summary>
internal static class Logs
{
    public static void AddLogs(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSerilog(
            (_, log) =>
                log
                    .ReadFrom.Configuration(configuration)
                    .Filter.ByExcluding(HubRefusals.Is)
                    .Filter.ByExcluding(StartFailure.Is)
                    // The last of the enrichers: it sees what those of the configuration brought.
                    .Enrich.With<PlainLogs>(),
            preserveStaticLogger: true
        );

    /// <summary>Each request in one line, without its query and headers: a key or a token may be in these.</summary>
    public static void UseRequestLogs(this IApplicationBuilder app) =>
        app.UseSerilogRequestLogging(options =>
        {
            options.Logger = app.ApplicationServices.GetRequiredService<Serilog.ILogger>();
            options.GetLevel = (http, _, fault) => Level(http.Request.Path, http.Response.StatusCode, fault);
            options.IncludeQueryInRequestPath = false;
        });

    /// <summary>Failures of the dashboard's own stand out; what asks every few seconds is the least of all.</summary>
    public static LogEventLevel Level(PathString path, int status, Exception? fault) =>
        path == "/healthz" || path == "/readyz" || path == "/metrics" ? LogEventLevel.Verbose
        : fault is not null || status >= StatusCodes.Status500InternalServerError ? LogEventLevel.Error
        : LogEventLevel.Debug;
}
