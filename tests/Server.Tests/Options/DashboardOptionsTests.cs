using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Options;

public sealed class DashboardOptionsTests
{
    [Fact]
    public void Defaults_listen_on_loopback_and_keep_runs_in_the_users_data()
    {
        DashboardOptions options = Read([], new() { ["HOME"] = "/home/trainer" });
        Assert.Equal(["http://127.0.0.1:5080"], options.Urls);
        Assert.Equal(LocalHostsMode.Auto, options.Hosts);
        Assert.Equal("/home/trainer/.local/share/reuseaddr-dashboard", options.Data);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        DashboardOptions options = Read(["--hosts", "none", "--data=/srv/runs"], new() { ["REUSEADDR_HOSTS"] = "loopback", ["REUSEADDR_ALLOWED_HOSTS"] = "lab.example, dash" });
        Assert.Equal(LocalHostsMode.None, options.Hosts);
        Assert.Equal("/srv/runs", options.Data);
        Assert.Equal(["lab.example", "dash"], options.AllowedHosts);
    }

    [Fact]
    public void Every_error_is_told_at_once_with_its_key_and_what_it_takes()
    {
        DashboardOptionsReader.Read(["--hosts", "some", "--urls", "https://x", "--log-level", "9", "--port", "--data"], _ => null, out IReadOnlyList<string> errors);
        Assert.Collection(errors.Order(StringComparer.Ordinal),
            e => Assert.Contains("'--port' is not an option", e),
            e => Assert.Contains("--data needs a value", e),
            e => Assert.Contains("--hosts is 'some'. It takes one of: auto, namespaces, loopback, none", e),
            e => Assert.Contains("--log-level is '9'", e),
            e => Assert.Contains("--urls: 'https://x'", e));
    }

    [Fact]
    public void A_data_directory_in_use_is_refused_with_what_to_do()
    {
        using var directory = new TemporaryDirectory();
        using DataDirectory held = DataDirectory.Hold(directory.Path);
        Assert.Contains("--data", Assert.Throws<InvalidDataException>(() => DataDirectory.Hold(directory.Path)).Message);
    }

    private static DashboardOptions Read(string[] args, Dictionary<string, string> environment)
    {
        DashboardOptions options = DashboardOptionsReader.Read(args, environment.GetValueOrDefault, out IReadOnlyList<string> errors);
        Assert.Empty(errors);
        return options;
    }
}
