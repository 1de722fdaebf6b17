namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>
/// Whether what an action uses is there when its turn comes: a program that some earlier action starts, a socket that one makes. It takes every condition
/// (<c>when</c>) to be possible, so it finds only what can never work.
/// </summary>
internal sealed class SequenceCheck(Scenario scenario, ScenarioNames names, FaultList faults)
{
    private readonly Dictionary<string, Made> _open = [];
    private readonly Dictionary<string, string> _closed = [],
        _ended = [],
        _parents = [];
    private readonly HashSet<string> _running = [],
        _waiting = [],
        _filters = [];

    /// <summary>A socket that may be open: with conditions it may have been made in several ways.</summary>
    private sealed record Made(IReadOnlyList<string> Programs, IReadOnlyList<bool> Families)
    {
        public static Made Nobody { get; } = new([], []);

        /// <param name="program">A program that may have it.</param>
        /// <param name="families">True for AF_INET6.</param>
        public Made Or(string? program, params IReadOnlyList<bool> families) =>
            new([.. program is null ? Programs : Programs.Append(program)], [.. Families, .. families]);
    }

    public void Check()
    {
        foreach (ScenarioAction fork in scenario.Steps.SelectMany(s => s.Actions).Where(a => a is { Do: ActionKind.Fork, Program: not null, Child: not null }))
            _parents.TryAdd(fork.Child!, fork.Program!);
        for (int i = 0; i < scenario.Steps.Count; i++)
        {
            ScenarioStep step = scenario.Steps[i];
            for (int j = 0; j < step.Actions.Count; j++)
                Follow($"steps[{i}].actions[{j}]", step, step.Actions[j]);
        }
    }

    private void Follow(string at, ScenarioStep step, ScenarioAction action)
    {
        // In a step that repeats, an action with a condition may be about what the attempt before has left.
        bool again = step.Repeats && action.When is not null;
        if (action.Program is { } program && names.Programs.ContainsKey(program))
            Program(at, step, action, program, again);
        if (action.IsCall)
        {
            Call(at, step, action, again);
        }
        else if (action is { Do: ActionKind.Wait, For: WaitFor.Return, Socket: { } waiting } && !_waiting.Contains(waiting))
        {
            faults.Add($"{at}.socket", FaultCodes.NothingWaits, ("socket", FaultList.Shown(waiting)));
        }
        else if (action.Name is { } filter)
        {
            if (action.Do is ActionKind.Drop or ActionKind.Reject or ActionKind.Delay)
            {
                _filters.Add(filter);
            }
            else if (
                action.Do == ActionKind.Pass
                && !_filters.Contains(filter)
                && !(again && step.Actions.Any(a => a.Name == filter && a.Do != ActionKind.Pass))
            )
            {
                faults.Unknown($"{at}.name", FaultCodes.NoFilter, filter, _filters);
            }
        }
    }

    private void Program(string at, ScenarioStep step, ScenarioAction action, string program, bool again)
    {
        if (action.Do == ActionKind.Start)
        {
            if (_parents.TryGetValue(program, out string? parent))
                faults.Add($"{at}.program", FaultCodes.ChildStarts, ("program", program), ("parent", parent));
            _running.Add(program);
            return;
        }
        if (
            !_running.Contains(program)
            && !(again && step.Actions.Any(a => a.Do == ActionKind.Start && a.Program == program || a.Do == ActionKind.Fork && a.Child == program))
        )
        {
            if (_ended.TryGetValue(program, out string? where))
                faults.Add($"{at}.program", FaultCodes.HasEnded, ("program", program), ("where", where));
            else
                faults.Add($"{at}.program", FaultCodes.NotStarted, ("program", program));
            // Told once.
            _running.Add(program);
        }
        if (action.IsCall && _parents.ContainsKey(program))
            faults.Add($"{at}.program", FaultCodes.ChildCalls, ("program", program));
        if (action.Do == ActionKind.Fork)
            Fork(at, action, program);
        else if (action is { Do: ActionKind.Exit or ActionKind.Kill, When: null })
            End(at, program);
    }

    private void End(string at, string program)
    {
        _running.Remove(program);
        _ended[program] = at;
        foreach (string socket in _open.Where(o => o.Value.Programs is [var only] && only == program).Select(o => o.Key).ToArray())
        {
            _open.Remove(socket);
            _closed[socket] = at;
        }
    }

    private void Fork(string at, ScenarioAction action, string program)
    {
        if (action.Child is { } child)
        {
            if (!names.Programs.TryGetValue(child, out ScenarioProgram? of))
            {
                faults.Unknown($"{at}.child", FaultCodes.UnknownProgram, child, names.Programs.Keys);
            }
            else if (child == program)
            {
                faults.Add($"{at}.child", FaultCodes.ChildIsParent, ("program", program));
            }
            else if (of.Host != names.Programs[program].Host)
            {
                faults.Add(
                    $"{at}.child",
                    FaultCodes.ChildHost,
                    ("child", child),
                    ("host", of.Host),
                    ("program", program),
                    ("parent", names.Programs[program].Host)
                );
            }
            else
            {
                _running.Add(child);
            }
        }
        for (int i = 0; i < action.Keeps?.Count; i++)
            Has($"{at}.keeps[{i}]", action.Keeps[i], program);
    }

    private void Call(string at, ScenarioStep step, ScenarioAction action, bool again)
    {
        if (action.Socket is not { } socket)
            return;
        // One that is misspelled is told of elsewhere.
        string? program = action.Program is { } named && names.Programs.ContainsKey(named) ? named : null;
        if (action.Do == ActionKind.Socket)
        {
            _open[socket] = (action.When is null ? Made.Nobody : _open.GetValueOrDefault(socket, Made.Nobody)).Or(program, action.V6);
            return;
        }
        bool left = again && step.Actions.Any(a => a.Do == ActionKind.Socket && a.Socket == socket || a.Accepted == socket);
        bool has = left && !_open.ContainsKey(socket) || Has($"{at}.socket", socket, program);
        Made? made = _open.GetValueOrDefault(socket);
        if (action.Address is { } address and not ['{', ..] && made is { Families.Count: > 0 } && !made.Families.Contains(IsV6(address)))
        {
            faults.Warn(
                $"{at}.address",
                FaultCodes.AddressFamily,
                ("socket", socket),
                ("family", made.Families[0] ? "AF_INET6" : "AF_INET"),
                ("address", address)
            );
        }

        if (action.Background)
            _waiting.Add(socket);
        if (action.Accepted is { } accepted)
            _open[accepted] = (action.When is null ? Made.Nobody : _open.GetValueOrDefault(accepted, Made.Nobody)).Or(program, made?.Families ?? []);
        if (has && action is { Do: ActionKind.Close, When: null } && _open.Remove(socket))
            _closed[socket] = at;
    }

    private bool Has(string field, string socket, string? program)
    {
        if (_open.TryGetValue(socket, out Made? made))
        {
            if (made.Programs.Count == 0 || program is null || made.Programs.Contains(program))
                return true;
            faults.Add(field, FaultCodes.SocketOfOther, ("socket", socket), ("owner", made.Programs[0]), ("program", program));
            // Told once.
            _open[socket] = made.Or(program);
        }
        else if (_closed.TryGetValue(socket, out string? where))
        {
            faults.Add(field, FaultCodes.SocketClosed, ("socket", socket), ("where", where));
        }
        else
        {
            faults.Unknown(field, FaultCodes.SocketNotMade, socket, _open.Keys);
            // Told once.
            _open[socket] = Made.Nobody;
        }
        return false;
    }

    private static bool IsV6(string address) =>
        address switch
        {
            AddressNames.Any6 or AddressNames.Loopback6 or AddressNames.MappedAny or AddressNames.MappedLoopback => true,
            _ => address.Contains(':')
                || address.EndsWith(AddressNames.V6Suffix, StringComparison.Ordinal)
                || address.EndsWith(AddressNames.MappedSuffix, StringComparison.Ordinal),
        };
}
