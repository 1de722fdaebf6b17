namespace ReuseAddrDashboard.Server.Options;

/// <summary>The section <c>Metrics</c> of the configuration. OTLP has its own, standard variables (<see cref="Otlp"/>).</summary>
internal sealed record MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>Whether /metrics answers in Prometheus' format.</summary>
    public bool Prometheus { get; init; }
}
