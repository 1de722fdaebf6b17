using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>What a scenario needs, and of whom.</summary>
/// <param name="Hosts">Every host it has a program or a port on, by its role.</param>
/// <param name="Needs">In the order of <see cref="Scenario.Needs"/>.</param>
public sealed record ScenarioDemands(IReadOnlyList<string> Hosts, IReadOnlyList<ScenarioDemand> Needs);

/// <param name="Need">What is needed.</param>
/// <param name="Hosts">On which hosts; where the file alone says so, every one of the scenario.</param>
public sealed record ScenarioDemand(ScenarioNeed Need, IReadOnlyList<string> Hosts);

/// <summary>What a scenario needs and the lab's hosts lack: with anything missing it is listed and cannot be started.</summary>
public static class ScenarioNeeds
{
    /// <summary>What a scenario needs of which hosts.</summary>
    /// <param name="scenario">With everything it needs in <see cref="Scenario.Needs"/> (<see cref="ImpliedNeeds.Complete"/>).</param>
    public static ScenarioDemands Of(Scenario scenario) =>
        new([.. Roles(scenario)], [.. scenario.Needs.Select(n => new ScenarioDemand(n, [.. HostsOf(scenario, n)]))]);

    /// <summary>What is missing and on which host, each with what to do; empty where the scenario can be run.</summary>
    /// <param name="scenario">With everything it needs in <see cref="Scenario.Needs"/> (<see cref="ImpliedNeeds.Complete"/>).</param>
    /// <param name="hosts">The lab's hosts, as they announced themselves.</param>
    /// <param name="mode">Where they are.</param>
    public static IReadOnlyList<Message> Missing(Scenario scenario, IReadOnlyList<HostFacts> hosts, HostsMode mode) => Missing(Of(scenario), hosts, mode);

    /// <summary>The same of what it needs.</summary>
    public static IReadOnlyList<Message> Missing(ScenarioDemands demands, IReadOnlyList<HostFacts> hosts, HostsMode mode)
    {
        var missing = new List<Message>();
        foreach (string role in demands.Hosts.Where(r => hosts.All(h => h.Name != r)))
            missing.Add(Message.Of("need.host", ("host", role), ("hosts", hosts.Count == 0 ? "–" : string.Join(", ", hosts.Select(h => h.Name)))));
        foreach ((ScenarioNeed need, IReadOnlyList<string> concerned) in demands.Needs)
        {
            if (need == ScenarioNeed.TwoNamespaces)
            {
                if (RunHeader.ShareNamespace(hosts))
                    missing.Add(new("need.two-namespaces"));
                continue;
            }
            foreach (HostFacts host in hosts.Where(h => concerned.Contains(h.Name) && !Has(h, need, mode)))
                missing.Add(Message.Of($"need.{Name(need)}", ("host", host.Name)));
        }
        return missing;
    }

    private static bool Has(HostFacts host, ScenarioNeed need, HostsMode mode) =>
        need switch
        {
            ScenarioNeed.OwnNamespaces => mode == HostsMode.Namespaces && host.Can(HostAbilities.OwnNamespace),
            ScenarioNeed.Ipv6 => host.V6Address is not null,
            ScenarioNeed.SecondAddress => host.SecondAddress is not null,
            ScenarioNeed.Nft => host.Can(HostAbilities.Filter),
            ScenarioNeed.Netem => host.Can(HostAbilities.Delay),
            ScenarioNeed.Users => host.Can(HostAbilities.Users),
            ScenarioNeed.Fork => host.Can(HostAbilities.Fork),
            ScenarioNeed.Capture => host.Observes(EvidenceSource.Capture),
            _ => true,
        };

    // The hosts on which something needs it; where the file alone says so, every host of the scenario.
    private static IEnumerable<string> HostsOf(Scenario scenario, ScenarioNeed need)
    {
        string[] named =
        [
            .. need switch
            {
                ScenarioNeed.Users => scenario.Programs.Where(p => p.Uid is not null).Select(p => p.Host),
                ScenarioNeed.Ipv6 => Addressed(scenario, AddressNames.V6Suffix),
                ScenarioNeed.SecondAddress => Addressed(scenario, AddressNames.SecondSuffix),
                ScenarioNeed.Capture => [],
                _ => scenario.Steps.SelectMany(s => s.Actions).Where(a => ImpliedNeeds.Find(a).Contains(need)).Select(scenario.HostOf).OfType<string>(),
            },
        ];
        return named.Length > 0 ? named.Distinct() : Roles(scenario);
    }

    private static IEnumerable<string> Addressed(Scenario scenario, string suffix) =>
        scenario
            .Steps.SelectMany(s => s.Actions)
            .Select(a => a.Address)
            .OfType<string>()
            .Where(a => a.EndsWith(suffix, StringComparison.Ordinal))
            .Select(a => a[..^suffix.Length]);

    private static IEnumerable<string> Roles(Scenario scenario) => scenario.Programs.Select(p => p.Host).Concat(scenario.Ports.Select(p => p.Host)).Distinct();

    private static string Name(ScenarioNeed need) =>
        need switch
        {
            ScenarioNeed.OwnNamespaces => "own-namespaces",
            ScenarioNeed.SecondAddress => "second-address",
            _ => need.ToString().ToLowerInvariant(),
        };
}
