using System.Globalization;
using ReuseAddrDashboard.Core.Scenarios.Check;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>A run without a script (<see cref="Scenario.Free"/>): a person makes one call after the other, and each becomes a step.</summary>
public static class FreePlay
{
    /// <summary>The scenario's id.</summary>
    public const string Id = "free";

    /// <summary>The code of what is none of <see cref="Kinds"/>.</summary>
    public const string UnknownCall = "free.unknown-call";

    /// <summary>Calls in one run: about an hour's.</summary>
    public const int MaxSteps = 400;

    /// <summary>How long a call that waits is waited for, in milliseconds, where nobody chose.</summary>
    public const int DefaultLimitMs = 3000;

    /// <summary>What a person may do: calls, and the ends of programs.</summary>
    public static IReadOnlyList<ActionKind> Kinds { get; } =
    [
        ActionKind.Socket,
        ActionKind.SetSockOpt,
        ActionKind.GetSockOpt,
        ActionKind.Bind,
        ActionKind.Listen,
        ActionKind.Connect,
        ActionKind.Accept4,
        ActionKind.Write,
        ActionKind.Read,
        ActionKind.Shutdown,
        ActionKind.GetSockName,
        ActionKind.Close,
        ActionKind.Exit,
        ActionKind.Kill,
    ];

    /// <summary>The step that an action makes, with the start of its program where that does not run.</summary>
    /// <param name="script">The script so far.</param>
    /// <param name="action">What a person asks for.</param>
    /// <param name="runs">Whether a program runs.</param>
    /// <param name="owner">The program that has an open socket of that name; null where none is open.</param>
    /// <param name="fault">What is wrong with it; null where nothing is.</param>
    public static ScenarioStep? Step(Scenario script, ScenarioAction action, Func<string, bool> runs, Func<string, string?> owner, out Message? fault)
    {
        fault = Fault(script, action, runs, owner);
        if (fault is not null)
            return null;
        string id = "call-" + (script.Steps.Count + 1).ToString(CultureInfo.InvariantCulture);
        ScenarioAction made = Made(action);
        string program = action.Program!;
        return new()
        {
            Id = id,
            Title = LocalText.Of(Title(made)),
            Does = LocalText.Of(Title(made)),
            Actions = runs(program) ? [made] : [new() { Do = ActionKind.Start, Program = program }, made],
        };
    }

    /// <summary>What is made of an action: a failing call ends no program, and what binds, listens or connects is a result.</summary>
    private static ScenarioAction Made(ScenarioAction action) =>
        action.IsCall
            ? action with
            {
                // Only a fork has children that keep sockets; what is in the list does not matter.
                Id = null,
                When = null,
                Keeps = action.Keeps is null ? null : [],
                OnError = OnError.Continue,
                Background = false,
                Prints = null,
                Decides = action.Do is ActionKind.Bind or ActionKind.Listen or ActionKind.Connect,
                LimitMs = ActionFields.Of(action.Do).Has("limitMs") ? action.LimitMs ?? DefaultLimitMs : null,
            }
            : new() { Do = action.Do, Program = action.Program };

    private static string Title(ScenarioAction action) =>
        action.IsCall ? $"{action.Do.ToString().ToLowerInvariant()}({action.Socket})"
        : action.Do == ActionKind.Kill ? $"kill -9 {action.Program}"
        : $"{action.Program}: exit()";

    private static Message? Fault(Scenario script, ScenarioAction action, Func<string, bool> runs, Func<string, string?> owner)
    {
        if (!script.Free)
            return new("free.scripted");
        if (script.Steps.Count >= MaxSteps)
            return Message.Of("free.full", ("most", MaxSteps));
        if (!Kinds.Contains(action.Do))
        {
            return Message.Of(
                UnknownCall,
                ("call", action.Do.ToString().ToLowerInvariant()),
                ("known", string.Join(", ", Kinds.Select(k => k.ToString().ToLowerInvariant())))
            );
        }

        if (ScenarioCheck.OfAction(script, Made(action)).FirstOrDefault(f => !f.Warning) is { } wrong)
            return wrong.Problem;
        if (!action.IsCall)
            return runs(action.Program!) ? null : Message.Of("free.not-running", ("program", action.Program));
        if (action.Do != ActionKind.Socket && owner(action.Socket!) is var has && has != action.Program)
        {
            return has is null
                ? Message.Of("free.no-socket", ("socket", action.Socket))
                : Message.Of("free.other-program", ("socket", action.Socket), ("owner", has), ("program", action.Program));
        }

        string? made = action.Do == ActionKind.Socket ? action.Socket : action.Accepted;
        return made is not null && owner(made) is not null ? Message.Of("free.name-taken", ("socket", made)) : null;
    }
}
