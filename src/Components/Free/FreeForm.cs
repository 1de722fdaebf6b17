using System.Globalization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Free;

/// <summary>The call that a person puts together.</summary>
public sealed record FreeForm
{
    /// <summary>Its program, by id.</summary>
    public required string Program { get; init; }

    /// <summary>What is called.</summary>
    public required ActionKind Call { get; init; }

    /// <summary>The socket it is made on; null for a new one, and for the end of a program.</summary>
    public FreeSocket? Socket { get; init; }

    /// <summary>The name of what socket and accept4 make.</summary>
    public string Made { get; init; } = "";

    /// <summary>socket: AF_INET6.</summary>
    public bool V6 { get; init; }

    /// <summary>bind, connect: one of <see cref="AddressNames"/>.</summary>
    public string Address { get; init; } = AddressNames.Any;

    /// <summary>bind, connect: a port's id, or 0.</summary>
    public string Port { get; init; } = "";

    /// <summary>The option's C name.</summary>
    public string Option { get; init; } = "SO_REUSEADDR";

    /// <summary>setsockopt: the value as typed.</summary>
    public string Value { get; init; } = "1";

    /// <summary>listen: as typed.</summary>
    public string Backlog { get; init; } = "5";

    /// <summary>write: what to send.</summary>
    public string Text { get; init; } = "hello";

    /// <summary>shutdown: SHUT_WR and so on.</summary>
    public string How { get; init; } = "SHUT_WR";

    /// <summary>The action; null while a field does not hold what it may.</summary>
    public ScenarioAction? Action =>
        Call switch
        {
            ActionKind.Exit or ActionKind.Kill => new() { Do = Call, Program = Program },
            ActionKind.Socket => Of(Made) with { V6 = V6 },
            ActionKind.SetSockOpt => Number(Value) is { } value
                ? Of() with
                {
                    Option = Option,
                    Value = Scalar.Of(value),
                    On = Option == "SO_LINGER" ? true : null,
                }
                : null,
            ActionKind.GetSockOpt => Of() with { Option = Option },
            ActionKind.Bind or ActionKind.Connect => Of() with { Address = Address, Port = Port },
            ActionKind.Listen => Number(Backlog) is { } backlog and >= 0 and <= Limits.MaxBacklog ? Of() with { Backlog = Scalar.Of(backlog) } : null,
            ActionKind.Accept4 => Of() with { Accepted = Made },
            ActionKind.Write => Text.Length is > 0 and <= Limits.MaxText ? Of() with { Text = Text } : null,
            ActionKind.Shutdown => Of() with { How = How },
            _ => Of(),
        };

    /// <summary>What a program would likely do next: the form for that.</summary>
    /// <param name="script">The script of the run.</param>
    /// <param name="sockets">What is open.</param>
    /// <param name="program">The program, by id.</param>
    /// <param name="on">The socket to go on with; null for the program's newest.</param>
    public static FreeForm Likely(Scenario script, IReadOnlyList<FreeSocket> sockets, string program, FreeSocket? on = null)
    {
        FreeSocket? socket = on ?? sockets.LastOrDefault(s => s.Program == program);
        return Of(script, sockets, program, socket, socket is null ? ActionKind.Socket : socket.Calls(Connects(script, program))[0]);
    }

    /// <summary>What a person would likely do after a call was made: who listens waits for a client, who is connected for the accept.</summary>
    /// <param name="script">The script of the run.</param>
    /// <param name="sockets">What is open now.</param>
    public FreeForm Next(Scenario script, IReadOnlyList<FreeSocket> sockets)
    {
        FreeSocket? on = sockets.FirstOrDefault(s => s.Name == Socket?.Name);
        if (
            Call == ActionKind.Listen
            && on is { Phase: SocketPhase.Listening }
            && script.Programs.FirstOrDefault(p => Connects(script, p.Id)) is { } client
            && sockets.All(s => s.Program != client.Id || s.Phase != SocketPhase.Connected)
        )
            return Likely(script, sockets, client.Id);
        if (
            Call == ActionKind.Connect
            && on is { Phase: SocketPhase.Connected }
            && sockets.FirstOrDefault(s => s.Phase == SocketPhase.Listening) is { } listener
        )
            return Likely(script, sockets, listener.Program, listener);
        return Likely(script, sockets, Program, on is { Phase: SocketPhase.Listening } ? null : on);
    }

    /// <summary>
    /// The same where what is open has changed: on the socket as it is now, with a name that is free; on the program's newest where its socket has gone.
    /// </summary>
    /// <param name="script">The script of the run.</param>
    /// <param name="sockets">What is open now.</param>
    public FreeForm With(Scenario script, IReadOnlyList<FreeSocket> sockets)
    {
        if (Socket is { } was && sockets.All(s => s.Name != was.Name || s.Program != was.Program))
            return Likely(script, sockets, Program);
        return this with
        {
            Socket = Socket is null ? null : sockets.First(s => s.Name == Socket.Name),
            Made = sockets.Any(s => s.Name == Made) ? Of(script, sockets, Program, Socket, Call).Made : Made,
        };
    }

    /// <summary>A form for a call with the values one would choose.</summary>
    public static FreeForm Of(Scenario script, IReadOnlyList<FreeSocket> sockets, string program, FreeSocket? socket, ActionKind call) =>
        new()
        {
            Program = program,
            Call = call,
            Socket = call is ActionKind.Socket or ActionKind.Exit or ActionKind.Kill ? null : socket,
            Made = call switch
            {
                ActionKind.Socket => NewName(sockets, Connects(script, program) ? "cfd" : "lfd"),
                ActionKind.Accept4 => NewName(sockets, "afd"),
                _ => "",
            },
            Address =
                call == ActionKind.Connect
                    ? socket?.V6 == true
                        ? script.MainPort.Host + AddressNames.V6Suffix
                        : script.MainPort.Host
                    : socket?.V6 == true
                        ? AddressNames.Any6
                        : AddressNames.Any,
            Port = call == ActionKind.Bind && Connects(script, program) ? "0" : script.MainPort.Id,
        };

    /// <summary>True for a program that is not on the host of the first port.</summary>
    public static bool Connects(Scenario script, string program) => script.FindProgram(program)?.Host != script.MainPort.Host;

    private static string NewName(IReadOnlyList<FreeSocket> sockets, string like)
    {
        for (int i = 1; ; i++)
        {
            string name = i == 1 ? like : like + i.ToString(CultureInfo.InvariantCulture);
            if (sockets.All(s => s.Name != name))
                return name;
        }
    }

    private static long? Number(string typed) =>
        long.TryParse(typed.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        && number is >= int.MinValue and <= int.MaxValue
            ? number
            : null;

    private ScenarioAction Of(string? socket = null) =>
        new()
        {
            Do = Call,
            Program = Program,
            Socket = socket ?? Socket?.Name,
        };
}
