namespace ReuseAddrDashboard.Server.Options;

/// <summary>OpenTelemetry's own variables, as its specification names them. They are keys of the configuration as well.</summary>
internal static class Otlp
{
    public const string Metrics = "METRICS",
        Traces = "TRACES";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT",
        Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL",
        Disabled = "OTEL_SDK_DISABLED";

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    /// <summary>Whether a signal is sent somewhere.</summary>
    public static bool IsOn(IConfiguration configuration, string signal) =>
        (configuration[Endpoint] is { Length: > 0 } || configuration[OfSignal(Endpoint, signal)] is { Length: > 0 })
        && !string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase)
        && configuration[$"OTEL_{signal}_EXPORTER"] != "none";

    public static IEnumerable<string> Faults(IConfiguration configuration)
    {
        foreach (string key in (string[])[Endpoint, OfSignal(Endpoint, Metrics), OfSignal(Endpoint, Traces)])
        {
            if (
                configuration[key] is { Length: > 0 } url
                && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)
            )
            {
                yield return $"{key} is no address to send to. Give http://HOST:PORT or https://HOST:PORT; secrets go into OTEL_EXPORTER_OTLP_HEADERS.";
            }
        }
        foreach (string key in (string[])[Protocol, OfSignal(Protocol, Metrics), OfSignal(Protocol, Traces)])
        {
            if (configuration[key] is { Length: > 0 } protocol && !Protocols.Contains(protocol))
                yield return $"{key} is '{protocol}'. It takes one of: {string.Join(", ", Protocols)}.";
        }
    }

    private static string OfSignal(string key, string signal) => key.Replace("OTLP_", $"OTLP_{signal}_", StringComparison.Ordinal);
}
