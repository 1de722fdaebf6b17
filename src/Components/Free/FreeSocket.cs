using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Components.Free;

/// <summary>How far a socket has come, by its own calls.</summary>
public enum SocketPhase : byte
{
    /// <summary>It was made, and has no port of its own.</summary>
    New,

    /// <summary>bind() succeeded.</summary>
    Bound,

    /// <summary>listen() succeeded.</summary>
    Listening,

    /// <summary>connect() succeeded, or accept4() returned it.</summary>
    Connected,
}

/// <summary>An open socket of free play.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Program">The program that has it.</param>
/// <param name="V6">True for AF_INET6.</param>
/// <param name="Phase">How far it has come.</param>
public sealed record FreeSocket(string Name, string Program, bool V6, SocketPhase Phase)
{
    private static readonly ActionKind[] Always = [ActionKind.SetSockOpt, ActionKind.GetSockOpt, ActionKind.GetSockName, ActionKind.Close];

    /// <summary>The calls that such a socket is made for, in the order in which programs make them: the first is the likeliest.</summary>
    public IReadOnlyList<ActionKind> Calls(bool connects) =>
        Phase switch
        {
            SocketPhase.New when connects => [ActionKind.Connect, ActionKind.Bind, ActionKind.Listen, .. Always],
            SocketPhase.New => [ActionKind.Bind, ActionKind.Listen, ActionKind.Connect, .. Always],
            SocketPhase.Bound when connects => [ActionKind.Connect, ActionKind.Listen, .. Always],
            SocketPhase.Bound => [ActionKind.Listen, ActionKind.Connect, .. Always],
            SocketPhase.Listening => [ActionKind.Accept4, ActionKind.Shutdown, .. Always],
            _ =>
            [
                ActionKind.Close,
                ActionKind.Write,
                ActionKind.Read,
                ActionKind.Shutdown,
                ActionKind.SetSockOpt,
                ActionKind.GetSockOpt,
                ActionKind.GetSockName,
            ],
        };

    /// <summary>The sockets that are open at a run's cursor, in the order in which they were made.</summary>
    public static IReadOnlyList<FreeSocket> Of(Timeline? run)
    {
        if (run is null)
            return [];
        var sockets = new Dictionary<string, FreeSocket>();
        foreach (CallEvent call in run.Calls.Select(c => c.Event).Where(c => c is { Succeeded: true, Program: not null }).OrderBy(c => c.Seq))
        {
            switch (call.Call)
            {
                case "socket":
                    sockets.Remove(call.Socket);
                    sockets[call.Socket] = new(call.Socket, call.Program!, call.Args.Family == SocketFamily.Inet6, SocketPhase.New);
                    break;
                case "accept4" when call.Accepted is { } accepted:
                    sockets.Remove(accepted);
                    sockets[accepted] = new(accepted, call.Program!, sockets.GetValueOrDefault(call.Socket)?.V6 ?? false, SocketPhase.Connected);
                    break;
                case "bind" or "listen" or "connect" when sockets.TryGetValue(call.Socket, out FreeSocket? known):
                    sockets[call.Socket] = known with
                    {
                        Phase = call.Call switch
                        {
                            "bind" => SocketPhase.Bound,
                            "listen" => SocketPhase.Listening,
                            _ => SocketPhase.Connected,
                        },
                    };
                    break;
            }
        }
        IReadOnlyDictionary<string, (string? Host, string? Program)> open = run.Progress.Facts.OpenSockets;
        return [.. sockets.Values.Where(s => open.TryGetValue(s.Name, out (string? Host, string? Program) has) && has.Program == s.Program)];
    }
}
