using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>What the person at the terminal reads when the dashboard starts, or does not.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_port_that_is_taken_is_told_in_one_line_with_who_has_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string url = $"http://{taken.LocalEndpoint}";
        (int code, string said) = await Start(url);
        Assert.Equal(1, code);
        Assert.Equal(
            $"{url} is taken: {File.ReadAllText("/proc/self/comm").Trim()} (process {Environment.ProcessId}) is listening on {taken.LocalEndpoint}. "
                + "End it, or choose another address with --urls.",
            said.Trim()
        );
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_told_in_one_line()
    {
        (int code, string said) = await Start("http://192.0.2.1:5199"); // RFC 5737: nobody has it.
        Assert.Equal(1, code);
        Assert.StartsWith("The dashboard cannot listen on http://192.0.2.1:5199: ", Assert.Single(said.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5104", "http://localhost:5104")]
    [InlineData("http://[::]:5104", "http://localhost:5104")]
    [InlineData("http://127.0.0.1:5104", "http://127.0.0.1:5104")]
    [InlineData("http://[::1]:5104", "http://[::1]:5104")]
    [InlineData("http://lab.example:5104", "http://lab.example:5104")]
    public void The_address_to_open_is_one_that_can_be_opened(string listens, string open) => Assert.Equal(open, StartMessage.ToOpen(listens));

    private static Task<(int Code, string Said)> Start(string url) => Start(["--urls", url]);

    /// <summary>A dashboard that does not start: its exit code and all it says.</summary>
    internal static async Task<(int Code, string Said)> Start(params string[] options)
    {
        using var data = new TemporaryDirectory();
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "ReuseAddrDashboard.Server.dll"), "--data", data.Path, "--hosts", "none", .. options]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("The dashboard did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }
}
