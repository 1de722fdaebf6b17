using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>Whether an order is one that an agent can carry out, before anything is done: null, or what is wrong.</summary>
internal static class OrderCheck
{
    public const int MaxRunLength = 64,
        MaxOctets = 4096,
        MaxTimeoutMs = 120_000,
        MaxLinger = 120,
        MaxTimevalMs = 3_600_000,
        MaxSysctlValue = 64,
        MaxDelayMs = 10_000;

    public static Message? Refusal(AgentOrder order) =>
        order switch
        {
            CallOrder call => Run(order) ?? Call(call),
            WatchOrder watch => Watch(watch),
            LookOrder => null,
            DestroyOrder destroy => Run(order) ?? Destroy(destroy),
            EndProgramOrder end => Run(order) ?? Program(end.Program),
            ForkOrder fork => Run(order)
                ?? Program(fork.Program)
                ?? Program(fork.Child)
                ?? (fork.Sockets.Count == 0 ? new Message(AgentCodes.ForkWithoutSockets) : null),
            SysctlOrder sysctl => Run(order) ?? Sysctl(sysctl),
            FilterOrder filter => Run(order) ?? Filter(filter),
            CloseRunOrder => Run(order),
            TryCellsOrder cells => Cells(cells),
            StopCellsOrder => null,
            CheckOrder check => Port(check.Port) ?? (check.Reach is { } to ? Port(to.Port) : null),
            _ => new Message(AgentCodes.UnknownOrder),
        };

    private static Message? Run(AgentOrder order) =>
        order.Run is { Length: > 0 and <= MaxRunLength } ? null : Message.Of(AgentCodes.BadRun, ("most", MaxRunLength));

    private static Message? Call(CallOrder order) =>
        !IsSocketName(order.Socket)
            ? Message.Of(AgentCodes.BadSocketName, ("most", Limits.MaxSocketName))
            : (order.Program is { } program ? Program(program) : null)
                ?? order.Call switch
                {
                    SocketCall.Socket or SocketCall.GetSockName => null,
                    SocketCall.Close => Timeout(order),
                    SocketCall.SetSockOpt => order.Option is { } option ? Value(option, order.Value) : new Message(AgentCodes.NoOption),
                    SocketCall.GetSockOpt => order.Option is null ? new Message(AgentCodes.NoOption) : null,
                    SocketCall.Bind or SocketCall.Connect when order.Address is null => Message.Of(AgentCodes.NoAddress, ("call", order.Call.Name())),
                    SocketCall.Connect when order.Address is { Port: 0 } => new Message(AgentCodes.NoPeerPort),
                    SocketCall.Connect => Timeout(order),
                    SocketCall.Bind => null,
                    SocketCall.Listen => Range(AgentCodes.BadBacklog, order.Backlog, 0, Limits.MaxBacklog),
                    SocketCall.Accept4 when !IsSocketName(order.Accepted) => Message.Of(AgentCodes.BadAcceptedName, ("most", Limits.MaxSocketName)),
                    SocketCall.Accept4 => Timeout(order),
                    SocketCall.Read or SocketCall.Recv => Range(AgentCodes.BadLength, order.Length, 1, Limits.MaxTransfer) ?? Timeout(order),
                    SocketCall.Write or SocketCall.Send when order.Octets is { Length: > MaxOctets } => Message.Of(
                        AgentCodes.TooManyOctets,
                        ("most", MaxOctets)
                    ),
                    SocketCall.Write or SocketCall.Send => (order.Octets is null ? Range(AgentCodes.BadLength, order.Length, 1, Limits.MaxTransfer) : null)
                        ?? Timeout(order),
                    SocketCall.Shutdown when Enum.IsDefined(order.How) => null,
                    _ => new Message(AgentCodes.UnknownCall),
                };

    private static Message? Value(SocketOption option, OptionValue? value) =>
        option.Kind switch
        {
            OptionKind.Linger => value is { Seconds: { } seconds } ? Range(AgentCodes.BadLinger, seconds, 0, MaxLinger) : NoValue(option),
            OptionKind.Timeval => value is { Milliseconds: { } ms } ? Range(AgentCodes.BadTimeval, ms, 0, MaxTimevalMs) : NoValue(option),
            _ => value is { Number: not null } ? null : NoValue(option),
        };

    private static Message NoValue(SocketOption option) => Message.Of(AgentCodes.NoValue, ("option", option));

    private static Message? Watch(WatchOrder order) =>
        order.Ports is not { Count: <= WatchOrder.MaxPorts }
            ? Message.Of(AgentCodes.TooManyPorts, ("most", WatchOrder.MaxPorts))
            : order.Ports.Select(Port).FirstOrDefault(refused => refused is not null);

    private static Message? Cells(TryCellsOrder order) =>
        order.Cells is not { Count: > 0 } || order.Cells.Count > MatrixCell.All.Count ? Message.Of(AgentCodes.BadCells, ("most", MatrixCell.All.Count))
        : order.Avoid.Count > WatchOrder.MaxPorts ? Message.Of(AgentCodes.TooManyPorts, ("most", WatchOrder.MaxPorts))
        : order.Avoid.Select(Port).FirstOrDefault(refused => refused is not null);

    private static Message? Destroy(DestroyOrder order) =>
        order.Local.Port == 0 || order.Remote.Port == 0 || order.Local.IsV6 != order.Remote.IsV6 ? new Message(AgentCodes.BadPair) : null;

    private static Message? Sysctl(SysctlOrder order) =>
        !Sysctls.Allowed.Contains(order.Name) ? Message.Of(AgentCodes.SysctlNotAllowed, ("name", order.Name))
        : order.Value is not { Length: > 0 and <= MaxSysctlValue } || !order.Value.All(c => c is >= '0' and <= '9' or ' ' or ',' or '-')
            ? Message.Of(AgentCodes.BadSysctlValue, ("name", order.Name), ("most", MaxSysctlValue))
        : null;

    private static Message? Filter(FilterOrder order) =>
        order.Name is not { Length: > 0 and <= Limits.MaxSocketName } || !order.Name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-')
            ? Message.Of(AgentCodes.BadFilterName, ("most", Limits.MaxSocketName))
            : order.What switch
            {
                "pass" => null,
                "drop" or "reject" => Port(order.Port)
                    ?? (
                        (order.Set & order.Unset) != 0 ? new Message(AgentCodes.BadFlags)
                        : order.Count is { } count ? Range(AgentCodes.BadCount, count, 1, int.MaxValue)
                        : null
                    ),
                "delay" => Port(order.Port) ?? Range(AgentCodes.BadDelay, order.DelayMs, 1, MaxDelayMs),
                _ => new Message(AgentCodes.BadFilter),
            };

    private static Message? Program(string? id) =>
        id is { Length: > 0 and <= Limits.MaxId } && id.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '-')
            ? null
            : Message.Of(AgentCodes.BadProgramName, ("most", Limits.MaxId));

    private static bool IsSocketName(string? name) =>
        name is { Length: > 0 and <= Limits.MaxSocketName } && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9');

    private static Message? Port(int port) => Range(AgentCodes.BadPort, port, Limits.MinPort, Limits.MaxPort);

    private static Message? Timeout(CallOrder order) => Range(AgentCodes.BadTimeout, order.TimeoutMs, 1, MaxTimeoutMs);

    private static Message? Range(string code, long value, long least, long most) =>
        value < least || value > most ? Message.Of(code, ("least", least), ("most", most), ("value", value)) : null;
}
