using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>Kernels that no machine here runs: what their history says they answer, and the first releases that do so no more.</summary>
public sealed class KernelQuirksTests
{
    [Theory]
    [InlineData("6.1.4", "time-wait-missed"), InlineData("6.1.5", null), InlineData("6.0.19", null)]
    public void A_bind_to_one_address_missed_TIME_WAIT(string release, string? quirk) =>
        Assert.Equal(
            quirk,
            Quirk(
                release,
                "127.0.0.1",
                BindOutcome.Ok,
                new PortSocket
                {
                    State = TcpState.TimeWait,
                    Local = At("127.0.0.1"),
                    ReuseAddr = false,
                    ReusePort = false,
                }
            )
        );

    [Theory]
    [InlineData("6.1.20", "dual-stack-missed"), InlineData("6.1.21", null), InlineData("6.2.16", "dual-stack-missed"), InlineData("6.3.0", null)]
    public void A_dual_stack_wildcard_and_one_IPv4_address_missed_each_other(string release, string? quirk) =>
        Assert.Equal(
            quirk,
            Quirk(
                release,
                "127.0.0.1",
                BindOutcome.Ok,
                new PortSocket
                {
                    State = TcpState.Listen,
                    Local = At("[::]"),
                    V6Only = false,
                    ReuseAddr = false,
                    ReusePort = false,
                }
            )
        );

    [Theory]
    [
        InlineData("6.1.170", "mapped-wildcard-missed"),
        InlineData("6.7.12", "mapped-wildcard-missed"),
        InlineData("6.8.0", "v6-only-hides-wildcard"),
        InlineData("6.9.0", null),
        InlineData("6.0.19", null)
    ]
    public void A_mapped_address_missed_the_mapped_wildcard(string release, string? quirk) =>
        Assert.Equal(
            quirk,
            Quirk(
                release,
                "[::ffff:127.0.0.1]",
                BindOutcome.Ok,
                new PortSocket
                {
                    State = TcpState.Listen,
                    Local = At("[::ffff:0.0.0.0]"),
                    V6Only = false,
                    ReuseAddr = false,
                    ReusePort = false,
                }
            )
        );

    [Theory]
    [InlineData("6.8.12", "v6-only-meets-mapped"), InlineData("6.9.0", null), InlineData("6.7.12", null)]
    public void A_v6_only_wildcard_met_a_mapped_address(string release, string? quirk) =>
        Assert.Equal(
            quirk,
            Quirk(
                release,
                "[::ffff:127.0.0.1]",
                BindOutcome.InUse,
                new PortSocket
                {
                    State = TcpState.Listen,
                    Local = At("[::]"),
                    V6Only = true,
                    ReuseAddr = false,
                    ReusePort = false,
                }
            )
        );

    [Theory]
    [InlineData("6.1.169", "v6-only-hides-wildcard"), InlineData("6.1.170", null), InlineData("6.6.30", "v6-only-hides-wildcard"), InlineData("6.9.0", null)]
    public void A_v6_only_wildcard_hid_the_IPv4_one(string release, string? quirk) =>
        Assert.Equal(
            quirk,
            Quirk(
                release,
                "127.0.0.1",
                BindOutcome.Ok,
                new PortSocket
                {
                    State = TcpState.Listen,
                    Local = At("0.0.0.0"),
                    ReuseAddr = false,
                    ReusePort = false,
                }
            )
        );

    [Fact]
    public void What_the_rule_says_as_well_is_no_quirk() =>
        Assert.Null(
            Quirk(
                "6.1.4",
                "127.0.0.1",
                BindOutcome.InUse,
                new PortSocket
                {
                    State = TcpState.TimeWait,
                    Local = At("127.0.0.1"),
                    ReuseAddr = false,
                    ReusePort = false,
                }
            )
        );

    private static string? Quirk(string release, string address, BindOutcome answer, PortSocket other)
    {
        var candidate = new BindCandidate { Local = At(address) };
        return KernelQuirks.Find(release, candidate, BindRule.Judge(PortCall.Bind, candidate, [other]), answer)?.Id;
    }

    private static TcpEndpoint At(string address) =>
        TcpEndpoint.TryParse($"{address}:11111", out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(address);
}
