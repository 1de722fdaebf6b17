using System.Net;
using System.Text;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>One action: its fields and what they name.</summary>
internal sealed class ActionCheck(Scenario scenario, ScenarioNames names, TextCheck texts, ConditionCheck conditions, FaultList faults)
{
    private static readonly string[] Directions = ["in", "out"],
        Shutdowns = ["SHUT_RD", "SHUT_WR", "SHUT_RDWR"];

    private static readonly string[] WellKnown =
    [
        AddressNames.Any,
        AddressNames.Any6,
        AddressNames.Loopback,
        AddressNames.Loopback6,
        AddressNames.MappedAny,
        AddressNames.MappedLoopback,
    ];

    private const int MaxDelayMs = 10_000,
        MaxCount = 1000;

    public void Check(string at, ScenarioAction action)
    {
        Fields(at, action);
        conditions.Check($"{at}.when", action.When);
        if (action.Program is { } program && !names.Programs.ContainsKey(program))
            faults.Unknown($"{at}.program", FaultCodes.UnknownProgram, program, names.Programs.Keys);
        if (action.Host is { } host && !names.Hosts.Contains(host))
            faults.Unknown($"{at}.host", FaultCodes.UnknownHost, host, names.Hosts);
        Named(at, action);
        if (action.Address is { } address)
            Address($"{at}.address", address, action.Do == ActionKind.Connect);
        Port(at, action);
        Option(at, action);
        Numbers(at, action);
        texts.Filled($"{at}.prints", action.Prints, Limits.MaxText);
        Sent(at, action);
        if (action is { How: { } how } && !Shutdowns.Contains(how))
            faults.Unknown($"{at}.how", FaultCodes.NotWord, how, Shutdowns);
        if (action is { State: { } state } && !TcpStates.TryParse(state, out _))
            faults.Unknown($"{at}.state", FaultCodes.State, state, ConditionCheck.StateNames);
        if (action is { Flags: { } flags } && !(SegmentFlags.TryParse(flags, out TcpFlags set, out TcpFlags unset) && (set | unset) != 0))
            faults.Add($"{at}.flags", FaultCodes.Flags, ("name", FaultList.Shown(flags)));
        if (action is { Direction: { } direction } && !Directions.Contains(direction))
            faults.Unknown($"{at}.direction", FaultCodes.NotWord, direction, Directions);
    }

    private void Fields(string at, ScenarioAction action)
    {
        ActionShape shape = ActionFields.Of(action.Do);
        string[] given = [.. ActionFields.GivenIn(action)];
        string kind = Name(action.Do);
        foreach (string field in given.Where(f => !shape.Has(f)))
        {
            faults.Add(
                $"{at}.{field}",
                FaultCodes.ActionField,
                ("do", kind),
                ("field", field),
                ("allowed", string.Join(", ", (string[])[.. ActionFields.Common, .. shape.Needs, .. shape.Takes]))
            );
        }

        foreach (string field in shape.Needs.Except(given))
            faults.Add(at, FaultCodes.ActionNeeds, ("do", kind), ("field", field));
        if (action is not { Do: ActionKind.Wait, For: { } what })
            return;
        ActionShape wait = ActionFields.Of(what);
        string awaited = what.ToString().ToLowerInvariant();
        foreach (string field in given.Where(f => f != "for" && shape.Has(f) && !wait.Has(f)))
            faults.Add($"{at}.{field}", FaultCodes.WaitField, ("for", awaited), ("field", field));
        foreach (string field in wait.Needs.Except(given))
            faults.Add(at, FaultCodes.WaitNeeds, ("for", awaited), ("field", field));
    }

    private void Named(string at, ScenarioAction action)
    {
        foreach ((string field, string? socket) in (ReadOnlySpan<(string, string?)>)[("socket", action.Socket), ("accepted", action.Accepted)])
        {
            if (socket is not null && !Shapes.IsName(socket))
                faults.Add($"{at}.{field}", FaultCodes.SocketShape, ("name", FaultList.Shown(socket)));
        }
        if (action.Do == ActionKind.Sysctl)
        {
            if (action.Name is { } sysctl && !Sysctls.Allowed.Contains(sysctl))
                faults.Unknown($"{at}.name", FaultCodes.Sysctl, sysctl, Sysctls.Allowed);
            if (action.Value is { } value)
            {
                if (
                    value.ToString() is not { Length: > 0 and <= Sysctls.MaxValue } text
                    || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '\t' or '-' or ',' or '{' or '}')
                )
                {
                    faults.Add($"{at}.value", FaultCodes.SysctlValue, ("name", FaultList.Shown(value.ToString())), ("most", Sysctls.MaxValue));
                }
                else
                {
                    texts.Places($"{at}.value", text);
                }
            }
        }
        else if (action is { Name: { } filter } && !Shapes.IsFilterName(filter))
        {
            faults.Add($"{at}.name", FaultCodes.FilterShape, ("name", FaultList.Shown(filter)));
        }
    }

    // Only the lab's own addresses can be reached; what a program binds is its own affair, and the kernel's.
    private void Address(string field, string address, bool reaches)
    {
        if (
            address is ['{', .., '}']
            && names.Values.TryGetValue(address[1..^1], out ScenarioValue? value)
            && value is { Kind: ValueKind.Choice, Choices: { } choices }
        )
        {
            foreach (ScenarioChoice choice in choices.Where(c => c.Id is not ['{', ..]))
                Address(field, choice.Id, reaches);
            return;
        }
        if (WellKnown.Contains(address))
            return;
        if (IPAddress.TryParse(address, out IPAddress? literal) && (address.Contains('.') || address.Contains(':')))
        {
            IPAddress plain = literal.IsIPv4MappedToIPv6 ? literal.MapToIPv4() : literal;
            if (reaches && !IPAddress.IsLoopback(plain) && !plain.Equals(IPAddress.Any) && !plain.Equals(IPAddress.IPv6Any))
                faults.Add(field, FaultCodes.AddressForeign, ("name", address), ("allowed", string.Join(", ", names.Hosts)));
            return;
        }
        foreach (string suffix in (string[])[AddressNames.SecondSuffix, AddressNames.V6Suffix, AddressNames.MappedSuffix, ""])
        {
            if (address.EndsWith(suffix, StringComparison.Ordinal) && names.Hosts.Contains(address[..^suffix.Length]))
                return;
        }
        faults.Unknown(
            field,
            FaultCodes.Address,
            address,
            [
                .. names.Hosts,
                .. names.Hosts.SelectMany(h => (string[])[h + AddressNames.SecondSuffix, h + AddressNames.V6Suffix, h + AddressNames.MappedSuffix]),
                .. WellKnown,
            ]
        );
    }

    private void Port(string at, ScenarioAction action)
    {
        if (action.Port is not { } port)
            return;
        if (port == "0")
        {
            if (action.Do != ActionKind.Bind)
                faults.Add($"{at}.port", FaultCodes.PortZero);
        }
        else if (!names.Ports.Contains(port))
        {
            faults.Unknown($"{at}.port", FaultCodes.UnknownPort, port, action.Do == ActionKind.Bind ? [.. names.Ports, "0"] : names.Ports);
        }
    }

    private void Option(string at, ScenarioAction action)
    {
        if (action.Option is not { } name)
            return;
        if (!SocketOption.TryParse(name, out SocketOption option))
        {
            faults.Unknown($"{at}.option", FaultCodes.Option, name, SocketOption.Known.Values);
            return;
        }
        if (name != option.ToString())
        {
            if (option.IsKnown)
                faults.Warn($"{at}.option", FaultCodes.OptionByNumber, ("number", name), ("name", option));
            else
                faults.Warn($"{at}.option", FaultCodes.OptionByNumber, ("number", name), ("name", $"{option.LevelName} {option.Number}"));
        }
        else if (!option.IsKnown)
        {
            faults.Warn($"{at}.option", FaultCodes.OptionByNumber, ("number", name), ("name", $"{option.LevelName} {option.Number}"));
        }

        if (action.Do != ActionKind.SetSockOpt)
            return;
        if (action.On is not null && option.Kind != OptionKind.Linger)
            faults.Add($"{at}.on", FaultCodes.OnlyLinger, ("option", option));
        (long least, long most) = option.Kind switch
        {
            OptionKind.Linger => (0L, ushort.MaxValue),
            OptionKind.Timeval => (0L, Limits.MaxWaitMs),
            _ => (int.MinValue, int.MaxValue),
        };
        Number($"{at}.value", action.Value, least, most, switches: option.Kind == OptionKind.Int);
    }

    private void Numbers(string at, ScenarioAction action)
    {
        Number($"{at}.backlog", action.Backlog, 0, Limits.MaxBacklog);
        Number($"{at}.length", action.Length, 1, Limits.MaxTransfer);
        Range($"{at}.limitMs", action.LimitMs, 1, Limits.MaxWaitMs);
        Range($"{at}.count", action.Count, 1, MaxCount);
        Range($"{at}.delayMs", action.DelayMs, 1, MaxDelayMs);
    }

    // A number, or the place of a value whose every number is within the bounds.
    private void Number(string field, Scalar? given, long least, long most, bool switches = false)
    {
        if (given is not { } scalar)
            return;
        if (scalar.Number is { } number && (switches || !scalar.IsBool))
        {
            if (number < least || number > most)
                faults.Add(field, FaultCodes.Range, ("given", number), ("min", least), ("max", most));
            return;
        }
        string text = scalar.ToString();
        if (text is not ['{', .., '}'])
        {
            faults.Add(field, FaultCodes.Whole, ("name", FaultList.Shown(text)));
            return;
        }
        string name = text[1..^1];
        if (scenario.Ports.Any(p => p.Id == name))
            return;
        if (!names.Values.TryGetValue(name, out ScenarioValue? value))
        {
            faults.Unknown(field, FaultCodes.UnknownPlace, name, names.Values.Keys);
        }
        else if (
            value.Kind == ValueKind.Choice && !(value.Choices ?? []).All(c => Scalar.Of(c.Id).Number is { } n && n >= least && n <= most)
            || value.Kind == ValueKind.Switch && !switches
        )
        {
            faults.Add(field, FaultCodes.Whole, ("name", FaultList.Shown(text)));
        }
        else if (value.Kind == ValueKind.Number && ((value.Min ?? long.MinValue) < least || (value.Max ?? long.MaxValue) > most))
        {
            faults.Add(field, FaultCodes.Range, ("given", $"{value.Min} – {value.Max}"), ("min", least), ("max", most));
        }
    }

    private void Range(string field, int? given, int least, int most)
    {
        if (given < least || given > most)
            faults.Add(field, FaultCodes.Range, ("given", given), ("min", least), ("max", most));
    }

    private void Sent(string at, ScenarioAction action)
    {
        if (action.Do is not (ActionKind.Write or ActionKind.Send))
            return;
        if ((action.Text is null) == (action.Length is null))
            faults.Add(at, FaultCodes.TextOrLength, ("do", Name(action.Do)));
        if (action.Text is { } text)
        {
            texts.Places($"{at}.text", text);
            if (Encoding.UTF8.GetByteCount(text) is var octets and (0 or > MaxOctets))
                faults.Add($"{at}.text", octets == 0 ? FaultCodes.Empty : FaultCodes.TooLong, ("most", MaxOctets), ("given", octets));
        }
    }

    // What one order to an agent carries.
    private const int MaxOctets = 4096;

    internal static string Name(ActionKind kind) => kind.ToString().ToLowerInvariant();
}
