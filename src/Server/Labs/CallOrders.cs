using System.Text;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>A scenario's action, with the run's values, ports and hosts, as the order that an agent takes.</summary>
internal static class CallOrders
{
    /// <summary>How long a call that blocks may take, in milliseconds.</summary>
    public static int LimitMs(ScenarioAction action) => action.LimitMs ?? Limits.DefaultWaitMs;

    /// <summary>How long the end of the order is waited for.</summary>
    public static TimeSpan LimitOf(ScenarioAction action) =>
        LabLimits.OrderTime + (Blocks(action.Do) && !action.Background ? TimeSpan.FromMilliseconds(LimitMs(action)) : TimeSpan.Zero);

    /// <summary>The order for a call; null with the reason where the run lacks what it names.</summary>
    public static CallOrder? Make(RunHeader run, ScenarioAction action, out Message? fault)
    {
        fault = null;
        TcpEndpoint? address = RunAddresses.Target(run, action);
        if (action.Do is ActionKind.Bind or ActionKind.Connect && address is null)
        {
            fault = Message.Of("step.no-address", ("address", action.Address), ("port", action.Port ?? ""));
            return null;
        }
        bool hasOption = SocketOption.TryParse(action.Option, out SocketOption option);
        byte[]? octets = action.Text is { } text ? Encoding.UTF8.GetBytes(RunAddresses.Fill(run, text)) : null;
        return new()
        {
            Program = action.Program,
            Socket = action.Socket!,
            Call = Enum.Parse<SocketCall>(action.Do.ToString()),
            Family = action.V6 ? SocketFamily.Inet6 : SocketFamily.Inet,
            Uid = action.Do == ActionKind.Socket ? run.Script.FindProgram(action.Program)?.Uid : null,
            Address = address,
            Backlog = (int)(RunAddresses.Number(run, action.Backlog) ?? 0),
            Option = hasOption ? option : null,
            Value = hasOption && action.Do == ActionKind.SetSockOpt ? Value(run, action, option) : null,
            Accepted = action.Accepted,
            Length = octets?.Length ?? (int)(RunAddresses.Number(run, action.Length) ?? 4096),
            Octets = octets,
            DontWait = action.DontWait,
            How = action.How switch
            {
                "SHUT_RD" => ShutdownHow.Read,
                "SHUT_WR" => ShutdownHow.Write,
                _ => ShutdownHow.Both,
            },
            TimeoutMs = LimitMs(action),
            Background = action.Background,
        };
    }

    /// <summary>The order for a sysctl, a filter, or the end of one.</summary>
    public static AgentOrder Environment(RunHeader run, ScenarioAction action)
    {
        if (action.Do == ActionKind.Sysctl)
            return new SysctlOrder { Name = action.Name!, Value = RunAddresses.Fill(run, action.Value?.ToString() ?? "") };
        SegmentFlags.TryParse(action.Flags, out TcpFlags set, out TcpFlags unset);
        return new FilterOrder
        {
            Name = action.Name!,
            What = action.Do.ToString().ToLowerInvariant(),
            Inbound = action.Direction == "in",
            Port = RunAddresses.Port(run, action.Port) ?? run.MainPort,
            Set = set,
            Unset = unset,
            Count = action.Count,
            DelayMs = action.DelayMs ?? 0,
        };
    }

    private static bool Blocks(ActionKind call) =>
        call is ActionKind.Accept4 or ActionKind.Connect or ActionKind.Read or ActionKind.Write or ActionKind.Recv or ActionKind.Send or ActionKind.Close;

    private static OptionValue Value(RunHeader run, ScenarioAction action, SocketOption option)
    {
        long number = RunAddresses.Number(run, action.Value) ?? 0;
        return option.Kind switch
        {
            OptionKind.Linger => OptionValue.Linger(action.On ?? true, (int)number),
            OptionKind.Timeval => OptionValue.Timeval(number),
            _ => OptionValue.Of((int)number),
        };
    }
}
