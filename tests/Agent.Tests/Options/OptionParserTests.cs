using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Options;

public sealed class OptionParserTests
{
    private static readonly string[] Needed = ["--dashboard", "http://h:1", "--name", "server"];

    private static IReadOnlyList<string> Errors(params string[] args)
    {
        Assert.Null(OptionParser.Parse(args, out IReadOnlyList<string> errors));
        return errors;
    }

    [Fact]
    public void Takes_every_option()
    {
        AgentOptions? options = OptionParser.Parse(
            [.. Needed, "--address", "10.0.0.1", "--interface=eth0", "--rows", "127.0.0.1,any", "--close-after", "7", "--die-with-parent", "42", "--log-level", "Warning"], out _);
        Assert.Equal(("server", "10.0.0.1", "eth0", 7, 42, LogLevel.Warning),
            (options!.Name, options.Address!.ToString(), options.Interface!, (int)options.CloseAfter.TotalSeconds, options.DieWithParent!.Value, options.LogLevel));
        Assert.Equal(("127.0.0.1", true), (options.Rows!.Address.ToString(), options.Rows.Any));
    }

    [Fact]
    public void Leaves_out_what_is_not_needed()
    {
        AgentOptions options = OptionParser.Parse(Needed, out _)!;
        Assert.Equal((null, null, null, null, TimeSpan.FromSeconds(30), LogLevel.Information),
            (options.Address, options.Interface, options.Rows, options.DieWithParent, options.CloseAfter, options.LogLevel));
    }

    [Theory]
    [InlineData("--close-after", "0")]
    [InlineData("--close-after", "3601")]
    [InlineData("--close-after", "1e3")]
    [InlineData("--address", "1.2.3")]
    [InlineData("--address", "::1")]
    [InlineData("--rows", "any")]
    [InlineData("--rows", "127.0.0.1,all")]
    [InlineData("--interface", "a-name-much-too-long")]
    [InlineData("--die-with-parent", "-1")]
    [InlineData("--log-level", "3")]
    [InlineData("--log-level", "loud")]
    public void Names_the_option_and_what_it_takes(string option, string value)
    {
        string error = Assert.Single(Errors([.. Needed, option, value]));
        Assert.StartsWith($"{option} takes ", error, StringComparison.Ordinal);
        Assert.EndsWith($", not \"{value}\".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_every_error_at_once() => Assert.Equal(
    [
        "--frob is not an option of reuseaddr-agent; --help lists them.",
        "--name takes client or server, not \"both\".",
        "--close-after has no value: it takes whole seconds, 1 to 3600.",
        "--dashboard is missing: it takes http://HOST:PORT, https://HOST:PORT or unix:/PATH of at most 107 octets.",
    ], Errors("--frob", "--name", "both", "--close-after"));

    [Fact]
    public void Refuses_an_option_given_twice() => Assert.Contains("--name is given twice.", Errors([.. Needed, "--name", "client"]));

    [Fact]
    public async Task The_program_ends_with_2_and_the_sentences()
    {
        (int code, string output, string error) = await AgentProcess.Run("--name", "both");
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("reuseaddr-agent: --", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_names_every_option_and_version_prints_one()
    {
        (int code, string help, _) = await AgentProcess.Run("--help");
        Assert.Equal(0, code);
        foreach (string option in new[] { "--dashboard", "--name", "--address", "--interface", "--rows", "--close-after", "--die-with-parent", "--log-level", "--version", "Exit codes", "SIGTERM", "CAP_NET_ADMIN" })
            Assert.Contains(option, help, StringComparison.Ordinal);
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 160, line));
        (code, string version, _) = await AgentProcess.Run("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^reuseaddr-agent \d+\.\d+\.\d+\n$", version);
    }
}
