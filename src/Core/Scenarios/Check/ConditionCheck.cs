using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>Whether a condition names what there is and compares what can be equal.</summary>
internal sealed class ConditionCheck(ScenarioNames names, FaultList faults)
{
    private static readonly string[] Modes = ["namespaces", "loopback", "remote"];

    public void Check(string field, Condition? condition)
    {
        if (condition is null)
            return;
        if (condition.Fault is { } fault)
        {
            faults.Add(new ScenarioFault(field, fault));
            return;
        }
        foreach (ConditionTerm term in condition.Terms)
        {
            if (term is Truth alone)
                Alone(field, alone.Operand);
            else if (term is Comparison compared)
                Compared(field, compared);
        }
    }

    private void Alone(string field, Operand operand)
    {
        Arguments(field, operand);
        if (Function(operand) is { Answer: FunctionAnswer.Result or FunctionAnswer.Host or FunctionAnswer.Mode })
        {
            faults.Add(field, FaultCodes.ConditionAlone, ("operand", operand));
        }
        else if (
            operand is { Word: { } word, Arguments: null }
            && (!names.Values.TryGetValue(word, out ScenarioValue? value) || value.Kind == ValueKind.Choice)
        )
        {
            if (value is null)
                faults.Unknown(field, FaultCodes.UnknownValue, word, names.Values.Keys);
            else
                faults.Add(field, FaultCodes.ConditionAlone, ("operand", word));
        }
    }

    private void Compared(string field, Comparison compared)
    {
        Arguments(field, compared.Left);
        Arguments(field, compared.Right);
        bool left = IsWord(compared.Left),
            right = IsWord(compared.Right);
        if (left && right)
        {
            // Neither side is something that a run answers: a name is misspelled.
            faults.Unknown(field, FaultCodes.ConditionWord, compared.Left.Word!, [.. names.Values.Keys, .. ConditionFunctions.All.Keys.Select(f => f + "()")]);
            return;
        }
        if (compared.Operator is not ("==" or "!="))
        {
            foreach (Operand side in (Operand[])[compared.Left, compared.Right])
            {
                if (!IsNumber(side))
                    faults.Add(field, FaultCodes.ConditionOrder, ("operand", side), ("operator", compared.Operator));
            }
            return;
        }
        if (left || compared.Left.Literal is not null)
            Literal(field, compared.Right, compared.Left);
        else if (right || compared.Right.Literal is not null)
            Literal(field, compared.Left, compared.Right);
    }

    // What is compared with a word or a number has to be able to be that.
    private void Literal(string field, Operand asked, Operand literal)
    {
        string word = literal.ToString();
        if (Function(asked) is { } function)
        {
            switch (function.Answer)
            {
                case FunctionAnswer.Result when word != "ok" && !ErrnoNames.All.Contains(word):
                    faults.Unknown(field, FaultCodes.ConditionErrno, word, ["ok", .. ErrnoNames.All.Where(e => Spelling.Nearest(word, [e]) is not null)]);
                    break;
                case FunctionAnswer.Host:
                    Known(field, FaultCodes.UnknownHost, word, names.Hosts);
                    break;
                case FunctionAnswer.Mode:
                    Known(field, FaultCodes.NotWord, word, Modes);
                    break;
                case FunctionAnswer.Number or FunctionAnswer.Truth when IsWord(literal):
                    faults.Unknown(field, FaultCodes.ConditionNever, word, names.Values.Keys);
                    break;
                case FunctionAnswer.Truth when literal.Literal is { IsBool: false, Number: not (0 or 1) }:
                    faults.Add(field, FaultCodes.ConditionNever, ("name", word), ("allowed", "true, false"));
                    break;
            }
        }
        else if (asked is { Word: { } name, Arguments: null } && names.Values.TryGetValue(name, out ScenarioValue? value))
        {
            string[]? allowed = value.Kind switch
            {
                ValueKind.Switch => literal.Literal is { IsBool: true } or { Number: 0 or 1 } ? null : ["true", "false"],
                ValueKind.Number => literal.Literal is { IsNumber: true, Number: { } number }
                && number >= (value.Min ?? long.MinValue)
                && number <= (value.Max ?? long.MaxValue)
                    ? null
                    : [$"{value.Min} – {value.Max}"],
                _ => value.Choices?.Any(c => c.Id == word) == true ? null : [.. (value.Choices ?? []).Select(c => c.Id)],
            };
            if (allowed is not null)
                faults.Unknown(field, FaultCodes.ConditionNever, word, allowed);
        }
        else
        {
            faults.Add(field, FaultCodes.ConditionNever, ("name", word), ("allowed", asked));
        }
    }

    private void Arguments(string field, Operand operand)
    {
        if (Function(operand) is not { } function)
            return;
        foreach ((FunctionArgument kind, string argument) in function.Arguments.Zip(operand.Arguments!))
        {
            switch (kind)
            {
                case FunctionArgument.Socket:
                    Known(field, FaultCodes.UnknownSocket, argument, names.Sockets);
                    break;
                case FunctionArgument.Program:
                    Known(field, FaultCodes.UnknownProgram, argument, names.Programs.Keys);
                    break;
                case FunctionArgument.Host:
                    Known(field, FaultCodes.UnknownHost, argument, names.Hosts);
                    break;
                case FunctionArgument.Call:
                    Known(field, FaultCodes.UnknownCall, argument, names.Calls);
                    break;
                case FunctionArgument.Result:
                    Known(field, FaultCodes.UnknownResult, argument, names.Results);
                    break;
                case FunctionArgument.State when !TcpStates.TryParse(argument, out _):
                    faults.Unknown(field, FaultCodes.State, argument, StateNames);
                    break;
                case FunctionArgument.Option when !SocketOption.TryParse(argument, out _):
                    faults.Unknown(field, FaultCodes.Option, argument, SocketOption.Known.Values);
                    break;
                case FunctionArgument.Flags when !SegmentFlags.TryParse(argument, out _, out _):
                    faults.Add(field, FaultCodes.Flags, ("name", FaultList.Shown(argument)));
                    break;
            }
        }
    }

    /// <summary>The states that a person may name.</summary>
    public static IEnumerable<string> StateNames =>
        Enum.GetValues<TcpState>().Where(s => s is not (TcpState.NewSynRecv or TcpState.Close)).Select(s => s.Name());

    private static ConditionFunction? Function(Operand operand) =>
        operand is { Arguments: not null, Word: { } name } ? ConditionFunctions.All.GetValueOrDefault(name) : null;

    private bool IsWord(Operand operand) => operand is { Word: { } word, Arguments: null } && !names.Values.ContainsKey(word);

    private bool IsNumber(Operand operand) =>
        operand.Literal is { IsNumber: true }
        || Function(operand) is { Answer: FunctionAnswer.Number }
        || operand is { Word: { } word, Arguments: null } && names.Values.TryGetValue(word, out ScenarioValue? value) && value.Kind == ValueKind.Number;

    private void Known(string field, string code, string word, IEnumerable<string> known)
    {
        if (!known.Contains(word))
            faults.Unknown(field, code, word, known);
    }
}
