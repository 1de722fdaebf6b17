using Serilog.Events;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>Every setting of the dashboard's own: the help, the check of the configuration and docs/configuration.md are made of this.</summary>
internal static class Settings
{
    public const string UrlsKey = "Urls",
        ConfigKey = "Config",
        DefaultUrl = "http://127.0.0.1:5080";

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "urls",
            UrlsKey,
            "URL[;URL]",
            DefaultUrl,
            "http://ADDRESS:PORT, or https://ADDRESS:PORT where Kestrel:Certificates:Default has a certificate",
            "where the page is; port 0 takes a free one. Kestrel:Endpoints takes its place where that is set",
            (name, value) => ListenAddress.Faults(name, value)
        ),
        new(
            "hosts",
            $"{DashboardOptions.Section}:{nameof(DashboardOptions.Hosts)}",
            "MODE",
            "auto",
            "auto, namespaces, loopback or none",
            """
            which hosts the dashboard makes for itself:
            auto        two network namespaces of this machine, or loopback where those are not allowed
            namespaces  namespaces or nothing
            loopback    127.0.0.1 and 127.0.0.2
            none        agents of other machines join with reuseaddr-agent --dashboard URL --name client|server --key-file FILE
            """,
            Checks.Word<LocalHostsMode>(lower: true)
        ),
        new(
            "data",
            $"{DashboardOptions.Section}:{nameof(DashboardOptions.Data)}",
            "DIRECTORY",
            null,
            "a directory; made where it is not there",
            "where runs are kept (default reuseaddr-dashboard in XDG_DATA_HOME, or in ~/.local/share)",
            Checks.Path
        ),
        new(
            "scenarios",
            $"{DashboardOptions.Section}:{nameof(DashboardOptions.Scenarios)}",
            "DIRECTORY",
            "",
            "directories that are there, with colons between them",
            "scenarios of your own, one *.yaml a file (docs/scenarios.md); may be given several times, and files may be edited meanwhile",
            (name, value) => Split.Directories(value).Where(d => !Directory.Exists(d)).Select(d => $"{name}: there is no directory {d}.")
        )
        {
            Joint = Path.PathSeparator,
        },
        new(
            "agent-keys",
            $"{DashboardOptions.Section}:{nameof(DashboardOptions.AgentKeys)}",
            "DIRECTORY",
            "",
            "a directory; made where it is not there",
            "where the keys of agents of other machines are, a file for each role (default agent-keys in the data directory); made where they are not there",
            Checks.Path
        ),
        new(
            "allowed-hosts",
            $"{DashboardOptions.Section}:{nameof(DashboardOptions.AllowedHosts)}",
            "NAMES",
            "",
            "host names without scheme and port, with commas between them",
            "names by which browsers may call the dashboard beside localhost and addresses",
            (name, value) =>
                Split
                    .Names(value)
                    .Where(n => Uri.CheckHostName(n) == UriHostNameType.Unknown)
                    .Select(n => $"{name}: '{n}' is not a host name. Give names without scheme and port, separated by commas.")
        ),
        new(
            "keep-runs",
            $"{RetentionOptions.Section}:{nameof(RetentionOptions.Runs)}",
            "NUMBER",
            "10000",
            "1 to 1000000, or all",
            "finished runs kept at most, the oldest go first",
            Checks.Limit(1, 1_000_000)
        ),
        new(
            "keep-days",
            $"{RetentionOptions.Section}:{nameof(RetentionOptions.Days)}",
            "NUMBER",
            "all",
            "1 to 36500, or all",
            "finished runs are deleted after so many days",
            Checks.Limit(1, 36_500)
        ),
        new(
            "keep-mb",
            $"{RetentionOptions.Section}:{nameof(RetentionOptions.Megabytes)}",
            "NUMBER",
            "2000",
            "10 to 1000000, or all",
            "the stored runs take at most so many MB",
            Checks.Limit(10, 1_000_000)
        ),
        new(
            "captures-mb",
            $"{CaptureOptions.Section}:{nameof(CaptureOptions.Megabytes)}",
            "NUMBER",
            "100",
            "1 to 2000",
            "capture files of anybody's that are opened on the page have at most so many MB",
            Checks.Number(1, 2_000)
        ),
        // Where Serilog finds the text itself it looks for no key Default below it: this wins over any file.
        new(
            "log-level",
            "Serilog:MinimumLevel",
            "LEVEL",
            "Information",
            "Verbose, Debug, Information, Warning, Error or Fatal",
            "what is logged; the section Serilog says more",
            Checks.Word<LogEventLevel>(lower: false)
        ),
        new(
            "metrics",
            $"{MetricsOptions.Section}:{nameof(MetricsOptions.Prometheus)}",
            "true|false",
            "false",
            "true or false",
            "whether /metrics answers in Prometheus' format; whoever reaches the page reaches it. OTLP is set by OTEL_EXPORTER_OTLP_ENDPOINT",
            Checks.Switch
        ),
        new(
            "config",
            ConfigKey,
            "FILE",
            "",
            "a JSON file that is there",
            "a file like appsettings.json whose settings count more than that one's",
            (name, value) => File.Exists(value) ? [] : [$"{name}: there is no file {Path.GetFullPath(value)}."]
        ),
    ];

    public static Setting? OfKey(string key) => All.FirstOrDefault(s => s.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
}
