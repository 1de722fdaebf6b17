using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Metrics;

/// <summary>Hands metrics and traces on, by OTLP and to Prometheus, where the configuration says so; otherwise there is none of OpenTelemetry.</summary>
internal static class Telemetry
{
    private static readonly string[] Meters =
    [
        DashboardMetrics.Name,
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http.Connections",
        "System.Runtime",
    ];

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<DashboardMetrics>();
        bool prometheus = HasPrometheus(configuration);
        bool metrics = Otlp.IsOn(configuration, Otlp.Metrics),
            traces = Otlp.IsOn(configuration, Otlp.Traces);
        if (!prometheus && !metrics && !traces)
            return;
        OpenTelemetry.OpenTelemetryBuilder telemetry = services
            .AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource
                    .AddService("reuseaddr-dashboard", serviceVersion: Assembly.GetExecutingAssembly().GetName().Version!.ToString(3))
                    .AddEnvironmentVariableDetector()
            );
        if (prometheus || metrics)
        {
            telemetry.WithMetrics(all =>
            {
                all.AddMeter(Meters);
                if (prometheus)
                    all.AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0);
                if (metrics)
                    all.AddOtlpExporter();
            });
        }
        if (traces)
            telemetry.WithTracing(all => all.AddSource(DashboardMetrics.Name).AddAspNetCoreInstrumentation().AddOtlpExporter());
    }

    public static void MapMetrics(this WebApplication app)
    {
        if (HasPrometheus(app.Configuration))
            app.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static bool HasPrometheus(IConfiguration configuration) =>
        configuration.GetSection(MetricsOptions.Section).Get<MetricsOptions>()?.Prometheus == true;
}
