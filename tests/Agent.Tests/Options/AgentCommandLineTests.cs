using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Options;

public sealed class AgentCommandLineTests
{
    private static readonly string[] Needed = ["--dashboard", "http://h:1", "--name", "server"];

    private static IReadOnlyList<string> Errors(params string[] args)
    {
        Assert.Null(OptionLine.Parse(args, out IReadOnlyList<string> errors));
        return errors;
    }

    [Fact]
    public void Takes_every_option()
    {
        AgentOptions? options = OptionLine.Parse(
            [
                .. Needed,
                "--address",
                "10.0.0.1",
                "--interface=eth0",
                "--second-address=10.0.0.2",
                "--v6-address",
                "fd00::1",
                "--own-namespace",
                "4026531840",
                "--rows",
                "127.0.0.1,fd00::1,127.0.0.3,any",
                "--close-after",
                "7",
                "--die-with-parent",
                "42",
                "--log-level",
                "Warning",
            ],
            out _
        );
        Assert.Equal(
            ("server", "10.0.0.1", "eth0", 7, 42, LogLevel.Warning),
            (
                options!.Name,
                options.Address!.ToString(),
                options.Interface!,
                (int)options.CloseAfter.TotalSeconds,
                options.DieWithParent!.Value,
                options.LogLevel
            )
        );
        Assert.Equal(("10.0.0.2", "fd00::1", 4026531840ul), (options.SecondAddress!.ToString(), options.V6Address!.ToString(), options.OwnNamespace));
        Assert.Equal(("127.0.0.1 fd00::1 127.0.0.3", true), (string.Join(' ', options.Rows!.Addresses), options.Rows.Any));
    }

    [Fact]
    public void Leaves_out_what_is_not_needed()
    {
        AgentOptions options = OptionLine.Parse(Needed, out _)!;
        Assert.Equal(
            (null, null, null, null, TimeSpan.FromSeconds(30), LogLevel.Information),
            (options.Address, options.Interface, options.Rows, options.DieWithParent, options.CloseAfter, options.LogLevel)
        );
    }

    [Theory]
    [InlineData("--close-after", "0")]
    [InlineData("--close-after", "3601")]
    [InlineData("--close-after", "1e3")]
    [InlineData("--address", "1.2.3")]
    [InlineData("--address", "::1")]
    [InlineData("--second-address", "::1")]
    [InlineData("--v6-address", "10.0.0.1")]
    [InlineData("--v6-address", "::ffff:10.0.0.1")]
    [InlineData("--v6-address", "fe80::1%eth0")]
    [InlineData("--own-namespace", "0")]
    [InlineData("--own-namespace", "net:[1]")]
    [InlineData("--name", "Server")]
    [InlineData("--name", "a-name")]
    [InlineData("--name", "seventeenletters0")]
    [InlineData("--rows", "any")]
    [InlineData("--rows", "any,127.0.0.1")]
    [InlineData("--rows", "127.0.0.1,")]
    [InlineData("--rows", "127.0.0.1,all")]
    [InlineData("--interface", "a-name-much-too-long")]
    [InlineData("--die-with-parent", "-1")]
    [InlineData("--log-level", "3")]
    [InlineData("--log-level", "loud")]
    public void Names_the_option_and_what_it_takes(string option, string value)
    {
        string error = Assert.Single(Errors([.. Needed.Where((_, i) => option != "--name" || i < 2), option, value]));
        Assert.StartsWith($"{option} takes ", error, StringComparison.Ordinal);
        Assert.EndsWith($", not \"{value}\".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_every_error_at_once() =>
        Assert.Equal(
            [
                "--frob is not an option of reuseaddr-agent; --help lists them.",
                "--name takes the host's role in the lab, such as client or server: 1 to 16 of a-z, 0-9, not \"a b\".",
                "--close-after has no value: it takes whole seconds, 1 to 3600.",
                "--dashboard is missing: it takes http://HOST:PORT, https://HOST:PORT or unix:/PATH of at most 107 octets.",
            ],
            Errors("--frob", "--name", "a b", "--close-after")
        );

    [Theory]
    [InlineData("--key-file", "@keys")]
    [InlineData("--interface", "-eth0")]
    public void A_value_that_looks_like_something_else_is_a_value(string option, string value) =>
        Assert.NotNull(OptionLine.Parse([.. Needed, option, value], out _));

    [Fact]
    public void Refuses_an_option_given_twice() => Assert.Contains("--name is given twice.", Errors([.. Needed, "--name", "client"]));

    [Fact]
    public async Task The_program_ends_with_2_and_the_sentences()
    {
        (int code, string output, string error) = await AgentProcess.Run("--name", "a b");
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("reuseaddr-agent: --", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_names_every_option_and_version_prints_one()
    {
        (int code, string help, _) = await AgentProcess.Run("--help");
        Assert.Equal(0, code);
        foreach (
            string option in new[]
            {
                "--dashboard",
                "--name",
                "--address",
                "--second-address",
                "--v6-address",
                "--interface",
                "--own-namespace",
                "--rows",
                "--close-after",
                "--die-with-parent",
                "--log-level",
                "--version",
                "Exit codes",
                "SIGTERM",
                "CAP_NET_ADMIN",
            }
        )
        {
            Assert.Contains(option, help, StringComparison.Ordinal);
        }

        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 160, line));
        (code, string version, _) = await AgentProcess.Run("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^reuseaddr-agent \d+\.\d+\.\d+\n$", version);
    }
}
