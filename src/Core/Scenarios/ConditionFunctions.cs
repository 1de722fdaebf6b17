namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What an argument of a condition's function names.</summary>
public enum FunctionArgument : byte
{
    /// <summary>A socket's name.</summary>
    Socket,

    /// <summary>A program's id.</summary>
    Program,

    /// <summary>A host's role.</summary>
    Host,

    /// <summary>A TCP state as ss spells it.</summary>
    State,

    /// <summary>Control bits: <c>SYN</c>, <c>FIN,ACK</c>, <c>ACK,!SYN</c>.</summary>
    Flags,

    /// <summary>A socket option.</summary>
    Option,

    /// <summary>An action's id, of a call.</summary>
    Call,

    /// <summary>An action's id, of a call, or the id of a step that decides.</summary>
    Result,
}

/// <summary>What a condition's function answers with.</summary>
public enum FunctionAnswer : byte
{
    /// <summary>True or false.</summary>
    Truth,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary><c>ok</c> or an error's name.</summary>
    Result,

    /// <summary>A host's role.</summary>
    Host,

    /// <summary>Where the hosts are: namespaces, loopback or remote.</summary>
    Mode,
}

/// <param name="Answer">What it answers with.</param>
/// <param name="Arguments">What it takes, in that order.</param>
public sealed record ConditionFunction(FunctionAnswer Answer, params IReadOnlyList<FunctionArgument> Arguments);

/// <summary>The functions of conditions. A new one is one line here and one in what answers it (<see cref="IConditionFacts.Call"/>).</summary>
public static class ConditionFunctions
{
    /// <summary>
    /// Of the run so far: <c>result(ID)</c> is the last result of the call or deciding step of that name, ok or an error's name; <c>returned(ID)</c> what the
    /// call returned; <c>took(ID)</c> milliseconds of it;
    /// <c>gap(ID, ID)</c> milliseconds from the return of one to that of the other; <c>option(SOCKET, OPTION)</c> the option's value as last read back;
    /// <c>open(SOCKET)</c>; <c>running(PROGRAM)</c>;
    /// <c>saw(HOST, STATE)</c> a socket of the run's was in that state; <c>has(HOST, STATE)</c> one is now; <c>at(ID, HOST, STATE)</c> one was when that call
    /// was made; <c>lasted(HOST, STATE)</c> milliseconds of the
    /// longest such state that has ended; <c>family(HOST, STATE)</c> 4 or 6; <c>segments(HOST, FLAGS)</c> how many segments with these flags the host sent;
    /// <c>min-window(HOST)</c> the smallest window that it
    /// announced; <c>first-to-close()</c> the host whose FIN came first; <c>mode()</c> where the hosts are; <c>one-namespace()</c> whether they share one
    /// network namespace.
    /// </summary>
    public static IReadOnlyDictionary<string, ConditionFunction> All { get; } =
        new Dictionary<string, ConditionFunction>
        {
            ["result"] = new(FunctionAnswer.Result, FunctionArgument.Result),
            ["returned"] = new(FunctionAnswer.Number, FunctionArgument.Call),
            ["took"] = new(FunctionAnswer.Number, FunctionArgument.Call),
            ["gap"] = new(FunctionAnswer.Number, FunctionArgument.Call, FunctionArgument.Call),
            ["option"] = new(FunctionAnswer.Number, FunctionArgument.Socket, FunctionArgument.Option),
            ["open"] = new(FunctionAnswer.Truth, FunctionArgument.Socket),
            ["running"] = new(FunctionAnswer.Truth, FunctionArgument.Program),
            ["saw"] = new(FunctionAnswer.Truth, FunctionArgument.Host, FunctionArgument.State),
            ["has"] = new(FunctionAnswer.Truth, FunctionArgument.Host, FunctionArgument.State),
            ["at"] = new(FunctionAnswer.Truth, FunctionArgument.Result, FunctionArgument.Host, FunctionArgument.State),
            ["lasted"] = new(FunctionAnswer.Number, FunctionArgument.Host, FunctionArgument.State),
            ["family"] = new(FunctionAnswer.Number, FunctionArgument.Host, FunctionArgument.State),
            ["segments"] = new(FunctionAnswer.Number, FunctionArgument.Host, FunctionArgument.Flags),
            ["min-window"] = new(FunctionAnswer.Number, FunctionArgument.Host),
            ["first-to-close"] = new(FunctionAnswer.Host),
            ["mode"] = new(FunctionAnswer.Mode),
            ["one-namespace"] = new(FunctionAnswer.Truth),
        };
}
