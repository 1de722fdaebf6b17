using System.Net;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>What a scenario's names for addresses, ports and values stand for in a run.</summary>
public static class RunAddresses
{
    /// <summary>bind and connect: the address and port in that run; null where the action has none or the host lacks it.</summary>
    public static TcpEndpoint? Target(RunHeader run, ScenarioAction action) =>
        action.Address is { } name && Address(run, Fill(run, name)) is { } address && Port(run, action.Port) is { } port ? TcpEndpoint.Of(address, port) : null;

    /// <summary>The port of an id, or of the scenario's first where none is named; 0 for <c>0</c>; null for one that the run has not.</summary>
    public static int? Port(RunHeader run, string? id) =>
        id switch
        {
            null => run.MainPort,
            "0" => 0,
            _ => run.Ports.TryGetValue(id, out int port) ? port : null,
        };

    /// <summary>The address of a name (<see cref="AddressNames"/>) or a literal; null for one that no host of the run has.</summary>
    public static IPAddress? Address(RunHeader run, string name) =>
        name switch
        {
            AddressNames.Any => IPAddress.Any,
            AddressNames.Any6 => IPAddress.IPv6Any,
            AddressNames.Loopback => IPAddress.Loopback,
            AddressNames.Loopback6 => IPAddress.IPv6Loopback,
            AddressNames.MappedAny => IPAddress.Any.MapToIPv6(),
            AddressNames.MappedLoopback => IPAddress.Loopback.MapToIPv6(),
            _ when Suffix(name, AddressNames.SecondSuffix) is { } role => Parsed(run.Host(role)?.SecondAddress),
            _ when Suffix(name, AddressNames.V6Suffix) is { } role => Parsed(run.Host(role)?.V6Address),
            _ when Suffix(name, AddressNames.MappedSuffix) is { } role => Parsed(run.Host(role)?.Address)?.MapToIPv6(),
            _ => Parsed(run.Host(name)?.Address ?? name),
        };

    /// <summary>A text with <c>{name}</c> filled in: a value, or a port by its id.</summary>
    public static string Fill(RunHeader run, string text)
    {
        if (!text.Contains('{', StringComparison.Ordinal))
            return text;
        foreach ((string id, int port) in run.Ports)
            text = text.Replace($"{{{id}}}", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach ((string name, Scalar value) in run.Values)
            text = text.Replace($"{{{name}}}", value.ToString(), StringComparison.Ordinal);
        return text;
    }

    /// <summary>A value of an action: a literal, or what <c>{name}</c> stands for. Null where it is no whole number.</summary>
    public static long? Number(RunHeader run, Scalar? value) =>
        value is not { } v
            ? null
            : v.Number ?? (long.TryParse(Fill(run, v.ToString()), System.Globalization.CultureInfo.InvariantCulture, out long number) ? number : null);

    private static string? Suffix(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : null;

    private static IPAddress? Parsed(string? text) => IPAddress.TryParse(text, out IPAddress? address) ? address : null;
}
