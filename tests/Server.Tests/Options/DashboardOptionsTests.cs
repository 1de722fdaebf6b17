using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Options;

public sealed class DashboardOptionsTests
{
    [Fact]
    public void Defaults_listen_on_loopback_and_keep_runs_in_the_users_data()
    {
        ConfigurationManager read = Read([], new() { ["HOME"] = "/home/trainer" });
        Assert.Equal(["http://127.0.0.1:5080"], ListenAddress.Configured(read));
        Assert.Equal(LocalHostsMode.Auto, DashboardOptions.Read(read).Hosts);
        Assert.Equal("/home/trainer/.local/share/reuseaddr-dashboard", DashboardOptions.Read(read).Data);
        Assert.Equal("/xdg/reuseaddr-dashboard", DashboardOptions.Read(Read([], new() { ["HOME"] = "/home/trainer", ["XDG_DATA_HOME"] = "/xdg" })).Data);
    }

    [Fact]
    public void Every_default_is_the_one_that_the_options_classes_have()
    {
        ConfigurationManager read = Read([]);
        RetentionOptions kept = read.GetSection(RetentionOptions.Section).Get<RetentionOptions>() ?? new();
        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["urls"] = string.Join(';', ListenAddress.Configured(read)),
                ["hosts"] = DashboardOptions.Read(read).Hosts.ToString().ToLowerInvariant(),
                ["data"] = null,
                ["scenarios"] = new DashboardOptions().Scenarios,
                ["agent-keys"] = new DashboardOptions().AgentKeys,
                ["allowed-hosts"] = new DashboardOptions().AllowedHosts,
                ["keep-runs"] = kept.Runs.ToString(),
                ["keep-days"] = kept.Days.ToString(),
                ["keep-mb"] = kept.Megabytes.ToString(),
                ["captures-mb"] = $"{new CaptureOptions().Megabytes}",
                ["log-level"] = ShippedFile()["Serilog:MinimumLevel:Default"],
                ["config"] = "",
                ["metrics"] = new MetricsOptions().Prometheus ? "true" : "false",
            },
            Settings.All.ToDictionary(s => s.Option, s => s.Default)
        );
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        DashboardOptions options = DashboardOptions.Read(
            Read(["--hosts", "none", "--data=/srv/runs"], new() { ["REUSEADDR_HOSTS"] = "loopback", ["REUSEADDR_ALLOWED_HOSTS"] = "lab.example, dash" })
        );
        Assert.Equal(LocalHostsMode.None, options.Hosts);
        Assert.Equal("/srv/runs", options.Data);
        Assert.Equal(["lab.example", "dash"], options.AllowedHostNames);
    }

    [Fact]
    public void Each_source_wins_over_those_before_it()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "lab.json");
        File.WriteAllText(file, """{ "Retention": { "Runs": 1, "Days": 1, "Megabytes": 11 }, "Dashboard": { "AllowedHosts": "file", "Hosts": "loopback" } }""");
        Dictionary<string, string> environment = new()
        {
            ["Retention:Runs"] = "2",
            ["REUSEADDR_KEEP_DAYS"] = "3",
            ["REUSEADDR_CONFIG"] = file,
        };
        ConfigurationManager read = Read(["--keep-mb", "all", "--dashboard:AllowedHosts=line"], environment);
        Assert.Equal(
            new RetentionOptions
            {
                Runs = new(2),
                Days = new(3),
                Megabytes = Limit.All,
            },
            read.GetSection(RetentionOptions.Section).Get<RetentionOptions>()
        );
        Assert.Equal((LocalHostsMode.Loopback, "line"), (DashboardOptions.Read(read).Hosts, DashboardOptions.Read(read).AllowedHosts));
    }

    [Fact]
    public void Every_error_is_told_at_once_with_its_key_and_what_it_takes() =>
        Assert.Collection(
            Faults([
                    "--hosts",
                    "some",
                    "--urls",
                    "https://127.0.0.1:1",
                    "--log-level",
                    "9",
                    "--port",
                    "--data",
                    "--keep-runs",
                    "0",
                    "--Kestrel:Endpoints:A:Protocols",
                    "Http1",
                ])
                .Order(StringComparer.Ordinal),
            e => Assert.Contains("'--port' is not an option", e),
            e => Assert.Contains("--data needs a value", e),
            e => Assert.Contains("--hosts is 'some'. It takes one of: auto, namespaces, loopback, none", e),
            e => Assert.Contains("--keep-runs is '0'. It takes a number from 1 to 1000000, or all", e),
            e => Assert.Contains("--log-level is '9'", e),
            e => Assert.Contains("Kestrel:Endpoints:A:Url is missing", e)
        );

    [Theory]
    [InlineData("http://user:pw@127.0.0.1:5", "has no user name and password")]
    [InlineData("http://lab:5", "'lab' is a name")]
    [InlineData("http://unix:/run/x", "cannot be listened on")]
    [InlineData("http://127.0.0.1:5/page", "cannot be listened on")]
    [InlineData("ftp://127.0.0.1:5", "cannot be listened on")]
    [InlineData("127.0.0.1:5", "cannot be listened on")]
    [InlineData("https://127.0.0.1:5", "has no certificate")]
    [InlineData(";", "is empty")]
    public void An_address_that_would_listen_elsewhere_or_without_a_certificate_is_refused(string url, string why)
    {
        Assert.Contains(why, Assert.Single(Faults(["--urls", url])), StringComparison.Ordinal);
        if (url != ";")
            Assert.StartsWith("Kestrel__Endpoints__A__Url: ", Assert.Single(Faults([], new() { ["Kestrel:Endpoints:A:Url"] = url })), StringComparison.Ordinal);
    }

    [Fact]
    public void Kestrels_endpoints_take_the_place_of_urls_and_a_certificate_has_to_be_there()
    {
        string[] line = ["--urls", "http://127.0.0.1:1", "--Kestrel:Endpoints:A:Url=https://127.0.0.1:2", "--Kestrel:Endpoints:A:Certificate:Path"];
        Assert.Equal(["https://127.0.0.1:2"], ListenAddress.Configured(Read([.. line, typeof(DashboardOptionsTests).Assembly.Location])));
        Assert.Equal(["--Kestrel:Endpoints:A:Certificate:Path: there is no file /not/there.pfx."], Faults([.. line, "/not/there.pfx"]));
    }

    [Fact]
    public void A_key_that_is_none_and_a_list_that_is_no_text_are_told_by_where_they_stand()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "lab.json");
        File.WriteAllText(
            file,
            """{ "Retention": { "Runs": 0 }, "Dashboard": { "AllowedHosts": ["a"], "Host": "none" }, "Serilog": { "MinimumLevel": { "Override": { "Orleans": "Loud" } } } }"""
        );
        Assert.Equal(
            [
                "Dashboard:AllowedHosts:0 (lab.json): Dashboard:AllowedHosts is one text. It takes host names without scheme and port, with commas between them.",
                "Dashboard:Host (lab.json) is no setting. Dashboard has: Hosts, Data, Scenarios, AgentKeys, AllowedHosts.",
                "REUSEADDR_HOSTS is 'moon'. It takes one of: auto, namespaces, loopback, none.",
                "Retention:Runs (lab.json) is '0'. It takes a number from 1 to 1000000, or all.",
                "Serilog:MinimumLevel:Override:Orleans (lab.json) is 'Loud'. It takes one of: Verbose, Debug, Information, Warning, Error, Fatal.",
            ],
            Faults(["--config", file], new() { ["REUSEADDR_HOSTS"] = "moon" }).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["--config: there is no file /not/there.json."], Faults(["--config", "/not/there.json"]));
    }

    [Fact]
    public void Scenarios_of_ones_own_may_be_in_several_directories_and_each_has_to_be_there()
    {
        using TemporaryDirectory one = new(),
            two = new();
        Assert.Equal(
            [one.Path, two.Path],
            DashboardOptions
                .Read(Read(["--scenarios", one.Path, $"--scenarios={two.Path}"], new() { ["REUSEADDR_SCENARIOS"] = "/elsewhere" }))
                .ScenarioDirectories
        );
        Assert.Equal([one.Path, two.Path], DashboardOptions.Read(Read([], new() { ["REUSEADDR_SCENARIOS"] = $"{one.Path}:{two.Path}" })).ScenarioDirectories);
        Assert.Equal(["--scenarios: there is no directory /not/there."], Faults(["--scenarios", "/not/there"]));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://user:pw@collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("Metrics:Prometheus", "on")]
    public void Where_metrics_and_traces_go_is_checked_as_well(string key, string value)
    {
        string fault = Assert.Single(Faults([], new() { [key] = value }));
        Assert.StartsWith(key.Replace(":", "__", StringComparison.Ordinal) + " is ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("pw", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--data", "--hosts", "none")]
    [InlineData("--data=")]
    public void An_option_without_its_value_says_so(params string[] line) => Assert.Equal("--data needs a value: --data VALUE.", Faults(line)[0]);

    [Fact]
    public void A_value_that_begins_with_an_at_sign_is_a_value() =>
        Assert.EndsWith("/@runs", DashboardOptions.Read(Read(["--data", "@runs"])).Data, StringComparison.Ordinal);

    [Fact]
    public void A_data_directory_in_use_is_refused_with_what_to_do()
    {
        using var directory = new TemporaryDirectory();
        using DataDirectory held = DataDirectory.Hold(directory.Path);
        Assert.Contains("--data", Assert.Throws<InvalidDataException>(() => DataDirectory.Hold(directory.Path)).Message);
    }

    [Fact]
    public void The_help_names_every_option_and_fits_a_terminal()
    {
        Assert.All(Settings.All, s => Assert.Contains($"  --{s.Option} ", HelpText.Text, StringComparison.Ordinal));
        Assert.All(HelpText.Text.Split('\n'), line => Assert.True(line.Length <= 160, line));
    }

    private static ConfigurationManager Read(string[] args, Dictionary<string, string>? environment = null)
    {
        (ConfigurationManager configuration, string[] faults) = Given(args, environment ?? []);
        Assert.Empty(faults);
        return configuration;
    }

    private static string[] Faults(string[] args, Dictionary<string, string>? environment = null) => Given(args, environment ?? []).Faults;

    private static (ConfigurationManager Configuration, string[] Faults) Given(string[] args, Dictionary<string, string> environment)
    {
        var configuration = new ConfigurationManager();
        var variables = new Variables(environment);
        configuration.Sources.Add(variables);
        CommandLine line = CommandLine.Read(args);
        DashboardConfiguration.AddTo(configuration, line, environment.GetValueOrDefault);
        return (configuration, [.. line.Faults, .. SettingsCheck.Faults(configuration)]);
    }

    private static IConfigurationRoot ShippedFile() =>
        new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).Build();

    /// <summary>Variables of the environment that are the test's own.</summary>
    private sealed class Variables(Dictionary<string, string> environment) : EnvironmentVariablesConfigurationSource, IConfigurationSource
    {
        IConfigurationProvider IConfigurationSource.Build(IConfigurationBuilder builder) => new Provider(environment);

        private sealed class Provider(Dictionary<string, string> environment) : EnvironmentVariablesConfigurationProvider
        {
            public override void Load()
            {
                foreach ((string name, string value) in environment)
                    Data[name] = value;
            }
        }
    }
}
