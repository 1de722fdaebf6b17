using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>Whether an order is one that an agent can carry out, before anything is done: null, or what is wrong in a sentence.</summary>
internal static class CommandCheck
{
    public const int MaxRunLength = 64, MaxBacklog = 4096, MaxLength = 65_536, MaxTimeoutMs = 120_000, MaxLinger = 10;

    public static string? Refusal(SocketCommand command) =>
        command.Run is not { Length: > 0 and <= MaxRunLength } ? $"The run's id has 1 to {MaxRunLength} characters."
        : !IsName(command.Socket) ? $"A socket's name has 1 to {SocketCommand.MaxNameLength} of a-z, 0-9."
        : command.Call switch
        {
            SocketCall.Socket or SocketCall.Close => null,
            SocketCall.SetSockOpt => Option(command) ?? OptionValue(command),
            SocketCall.GetSockOpt => Option(command),
            SocketCall.Bind or SocketCall.Connect when command.Address is null => "bind and connect need an address and a port.",
            SocketCall.Connect when command.Address is { Port: 0 } => "connect needs a port from 1 to 65535.",
            SocketCall.Connect => Timeout(command),
            SocketCall.Bind => null,
            SocketCall.Listen => Range(command.Backlog, 0, MaxBacklog, "listen's backlog"),
            SocketCall.Accept4 when !IsName(command.Accepted) => $"accept4 needs a name for the accepted socket: 1 to {SocketCommand.MaxNameLength} of a-z, 0-9.",
            SocketCall.Accept4 => Timeout(command),
            SocketCall.Read or SocketCall.Write => Range(command.Length, 1, MaxLength, "The number of octets") ?? Timeout(command),
            SocketCall.Shutdown => Range(command.How, 0, 2, "shutdown's how"),
            _ => "This agent does not know that call; use an agent of the dashboard's version.",
        };

    public static string? Refusal(WatchOrder order) =>
        order.Ports is not { Count: <= WatchOrder.MaxPorts } ? $"At most {WatchOrder.MaxPorts} ports can be watched."
        : order.Ports.Any(p => p is < 1 or > 65535) ? "A port to watch is 1 to 65535."
        : null;

    public static string? Refusal(DestroyOrder order) =>
        order.Run is not { Length: > 0 and <= MaxRunLength } ? $"The run's id has 1 to {MaxRunLength} characters."
        : order.Local.Port == 0 || order.Remote.Port == 0 || order.Local.IsV6 != order.Remote.IsV6 ? "A TIME-WAIT socket has two addresses of one family, each with a port."
        : null;

    public static string? Refusal(CheckOrder order) =>
        order.Port is < 1 or > 65535 || order.Reach is { Port: 0 } ? "A port to check is 1 to 65535." : null;

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= SocketCommand.MaxNameLength } && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9');

    private static string? Option(SocketCommand command) =>
        Enum.IsDefined(command.Option) ? null : "This agent does not know that socket option; use an agent of the dashboard's version.";

    private static string? OptionValue(SocketCommand command) =>
        command.Option == SocketOption.Linger ? Range(command.Value, 0, MaxLinger, "SO_LINGER's seconds") : Range(command.Value, 0, 1, "The option's value");

    private static string? Timeout(SocketCommand command) => Range(command.TimeoutMs, 1, MaxTimeoutMs, "The time limit in milliseconds");

    private static string? Range(int value, int least, int most, string what) => value < least || value > most ? $"{what} is {least} to {most}, not {value}." : null;
}
