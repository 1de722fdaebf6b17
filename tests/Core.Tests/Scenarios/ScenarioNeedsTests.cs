using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Scenarios;

public sealed class ScenarioNeedsTests
{
    [Fact]
    public void What_a_scenario_does_says_what_it_needs()
    {
        Assert.Empty(Needs());
        Assert.Equal(
            [ScenarioNeed.OwnNamespaces],
            Needs(
                new ScenarioAction
                {
                    Do = ActionKind.Sysctl,
                    Host = "server",
                    Name = "net.ipv4.tcp_rfc1337",
                    Value = Scalar.Of(1),
                }
            )
        );
        Assert.Equal(
            [ScenarioNeed.OwnNamespaces, ScenarioNeed.Nft],
            Needs(
                new ScenarioAction
                {
                    Do = ActionKind.Drop,
                    Host = "server",
                    Name = "d",
                    Direction = "in",
                }
            )
        );
        Assert.Equal(
            [ScenarioNeed.OwnNamespaces, ScenarioNeed.Netem],
            Needs(
                new ScenarioAction
                {
                    Do = ActionKind.Delay,
                    Host = "server",
                    Name = "d",
                    DelayMs = 5,
                }
            )
        );
        Assert.Equal([ScenarioNeed.Ipv6], Needs(new ScenarioAction { Do = ActionKind.Connect, Address = "server.v6" }));
        Assert.Equal([ScenarioNeed.SecondAddress], Needs(new ScenarioAction { Do = ActionKind.Bind, Address = "client.second" }));
        Assert.Equal(
            [ScenarioNeed.Fork],
            Needs(
                new ScenarioAction
                {
                    Do = ActionKind.Fork,
                    Program = "sv",
                    Child = "w",
                    Keeps = ["lfd"],
                }
            )
        );
        Assert.Equal(
            [ScenarioNeed.Capture],
            Needs(
                new ScenarioAction
                {
                    Do = ActionKind.Wait,
                    For = WaitFor.Segment,
                    Flags = "FIN",
                }
            )
        );
        Assert.Equal([ScenarioNeed.Capture], Needs(new ScenarioAction { Do = ActionKind.Start, When = "segments(client, SYN) > 1" }));
        Assert.Equal([ScenarioNeed.Capture], Needs(new ScenarioAction { Do = ActionKind.Start, When = "min-window(server) == 0" }));
        Scenario declared = Scenario([]) with
        {
            Needs = [ScenarioNeed.TwoNamespaces, ScenarioNeed.Users],
            Programs =
            [
                new()
                {
                    Id = "sv",
                    Host = "server",
                    Command = "./sv",
                    Uid = 65534,
                },
            ],
        };
        Assert.Equal([ScenarioNeed.TwoNamespaces, ScenarioNeed.Users], ImpliedNeeds.Complete(declared).Needs);
    }

    [Fact]
    public void What_a_host_lacks_is_told_of_the_host_that_needs_it()
    {
        HostFacts client = Host("client", 1),
            server = Host("server", 2);
        Scenario drops = ImpliedNeeds.Complete(
            Scenario([
                new()
                {
                    Do = ActionKind.Drop,
                    Host = "server",
                    Name = "d",
                    Direction = "in",
                },
            ])
        );
        Assert.Equal(["need.own-namespaces (host: server)", "need.nft (host: server)"], Missing(drops, [client, server]));
        HostFacts able = server with { Abilities = [HostAbilities.OwnNamespace, HostAbilities.Filter] };
        Assert.Empty(Missing(drops, [client, able]));
        // A real host is never changed, whatever its agent may do.
        Assert.Equal(["need.own-namespaces (host: server)"], Missing(drops, [client, able], HostsMode.Remote));
        Scenario six = ImpliedNeeds.Complete(Scenario([new() { Do = ActionKind.Connect, Address = "server.v6" }]));
        Assert.Equal(["need.ipv6 (host: server)"], Missing(six, [client, server]));
        Assert.Empty(Missing(six, [client, server with { V6Address = "fd00::1" }]));
    }

    [Fact]
    public void A_host_that_is_not_there_and_one_namespace_for_two_are_told()
    {
        Scenario two = Scenario([]) with { Needs = [ScenarioNeed.TwoNamespaces] };
        Assert.Equal(["need.host (host: server, hosts: client)"], Missing(two, [Host("client", 1)]));
        Assert.Equal(["need.two-namespaces"], Missing(two, [Host("client", 1), Host("server", 1)]));
        Assert.Empty(Missing(two, [Host("client", 1), Host("server", 2)]));
    }

    private static IEnumerable<ScenarioNeed> Needs(params ScenarioAction[] actions) => ImpliedNeeds.Complete(Scenario(actions)).Needs;

    private static IReadOnlyList<string> Missing(Scenario scenario, HostFacts[] hosts, HostsMode mode = HostsMode.Namespaces)
    {
        IReadOnlyList<Message> missing = ScenarioNeeds.Missing(scenario, hosts, mode);
        Assert.All(missing, m => Assert.True(TextCatalog.English.Has(m.Code)));
        return [.. missing.Select(m => m.ToString())];
    }

    private static Scenario Scenario(ScenarioAction[] actions) =>
        new()
        {
            Id = "x",
            Title = LocalText.Of("X"),
            Summary = LocalText.Of("X."),
            Topic = "own",
            Ports = [new() { Id = "main", Default = 11111 }],
            Programs =
            [
                new()
                {
                    Id = "sv",
                    Host = "server",
                    Command = "./sv",
                },
                new()
                {
                    Id = "cl",
                    Host = "client",
                    Command = "./cl",
                },
            ],
            Steps =
            [
                new()
                {
                    Id = "s",
                    Title = LocalText.Of("S"),
                    Does = LocalText.Of("S."),
                    Actions = actions,
                },
            ],
        };

    private static HostFacts Host(string role, ulong network) =>
        new()
        {
            Name = role,
            HostName = "h",
            Os = "Linux",
            Kernel = "6.18",
            Address = "192.0.2.1",
            Interface = "eth0",
            BootId = "b",
            NetworkNamespace = network,
            AgentVersion = "1",
            Sources = [],
            Sysctls = new Dictionary<string, string?>(),
        };
}
