using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>What the kernel's own tests of bind expect (bind_wildcard, bind_timewait, reuseaddr_conflict): of the rule, and of the kernel at hand.</summary>
public sealed class KernelSelftestsTests
{
    private const ushort Port = 11111;

    [Fact]
    public void Bind_wildcard_by_the_rule()
    {
        Assert.Equal(132, WildcardRun.All.Count());
        List<string> differences = [];
        foreach (WildcardRun run in WildcardRun.All)
        {
            var port = new PortModel(Port);
            foreach ((int number, SelftestAddress at, string option, bool binds) in run.Sockets)
            {
                if (port.Bind(At(at, Port), at.V6Only, option == "ra", option == "rp") != binds)
                    differences.Add($"{run.First.Name}/{run.Second.Name} {option}: #{number} {at.Name} should {(binds ? "" : "not ")}bind");
            }
        }
        Assert.Empty(differences);
    }

    [Fact]
    public Task Bind_wildcard_by_the_kernel() =>
        OwnNamespace.Run(
            (typeof(KernelSelftestsTests), nameof(Bind_wildcard_by_the_kernel)),
            () =>
            {
                List<string> differences = [];
                foreach (WildcardRun run in WildcardRun.All)
                {
                    List<RawSocket> open = [];
                    ushort port = 0;
                    foreach ((int number, SelftestAddress at, string option, bool binds) in run.Sockets)
                    {
                        open.Add(new(at.V6, at.V6Only, option == "ra", option == "rp"));
                        int errno = open[^1].Bind(At(at, port));
                        if (errno != (binds ? 0 : RawSocket.Eaddrinuse))
                            differences.Add($"{run.First.Name}/{run.Second.Name} {option}: #{number} {at.Name} got {errno}");
                        port = port == 0 ? open[0].Port : port;
                    }
                    open.ForEach(s => s.Dispose());
                }
                Assert.Empty(differences);
                return Task.CompletedTask;
            }
        );

    [Theory]
    [InlineData("127.0.0.1"), InlineData("0.0.0.0")]
    public void Bind_timewait_by_the_rule(string again)
    {
        PortSocket left = new()
        {
            State = TcpState.TimeWait,
            Local = At("127.0.0.1"),
            ReuseAddr = false,
            ReusePort = false,
        };
        Assert.Equal(BindOutcome.InUse, BindRule.Judge(PortCall.Bind, new() { Local = At(again) }, [left]).Outcome);
    }

    [Fact]
    public Task Bind_timewait_by_the_kernel() =>
        OwnNamespace.Run(
            (typeof(KernelSelftestsTests), nameof(Bind_timewait_by_the_kernel)),
            () =>
            {
                foreach (string at in (string[])["127.0.0.1", "0.0.0.0"])
                {
                    using RawSocket listener = new(v6: false);
                    Assert.Equal(0, listener.Bind(At(at, 0)));
                    Assert.Equal(0, listener.Listen());
                    ushort port = listener.Port;
                    using RawSocket client = new(v6: false);
                    Assert.Equal(0, client.Connect(At("127.0.0.1", port)));
                    listener.Accept().Dispose();
                    client.Dispose();
                    listener.Dispose();
                    using RawSocket again = new(v6: false);
                    Assert.Equal(RawSocket.Eaddrinuse, again.Bind(At(at, port)));
                }
                return Task.CompletedTask;
            }
        );

    [Fact]
    public void Reuseaddr_conflict_by_the_rule()
    {
        var port = new PortModel(Port);
        Assert.True(port.Bind(At("127.0.0.1"), false, true, false));
        Assert.True(port.Listen(0));
        Assert.False(port.Bind(At("0.0.0.0"), false, true, false));
        Assert.True(port.Bind(At("[::]"), true, true, false));
        Assert.False(port.Bind(At("0.0.0.0"), false, true, false));
        port.Close(1);
        Assert.False(port.Bind(At("0.0.0.0"), false, true, false));
    }

    [Fact]
    public Task Reuseaddr_conflict_by_the_kernel() =>
        OwnNamespace.Run(
            (typeof(KernelSelftestsTests), nameof(Reuseaddr_conflict_by_the_kernel)),
            () =>
            {
                using RawSocket listener = new(v6: false, reuseAddr: true),
                    v6 = new(v6: true, v6Only: true, reuseAddr: true);
                Assert.Equal(0, listener.Bind(At("127.0.0.1")));
                Assert.Equal(0, listener.Listen());
                Assert.Equal(RawSocket.Eaddrinuse, BindAny());
                Assert.Equal(0, v6.Bind(At("[::]")));
                Assert.Equal(RawSocket.Eaddrinuse, BindAny());
                v6.Dispose();
                Assert.Equal(RawSocket.Eaddrinuse, BindAny());
                return Task.CompletedTask;

                static int BindAny()
                {
                    using RawSocket any = new(v6: false, reuseAddr: true);
                    return any.Bind(At("0.0.0.0"));
                }
            }
        );

    private static TcpEndpoint At(SelftestAddress at, ushort port) => At(at.Address, port);

    private static TcpEndpoint At(string address, ushort port = Port) =>
        TcpEndpoint.TryParse($"{address}:{port}", out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(address);
}
