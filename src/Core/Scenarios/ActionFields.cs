namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>The fields of one kind of action, beside <c>do</c>, <c>id</c> and <c>when</c>.</summary>
/// <param name="Needs">Those that have to be there.</param>
/// <param name="Takes">Those that may be.</param>
public sealed record ActionShape(IReadOnlyList<string> Needs, IReadOnlyList<string> Takes)
{
    /// <summary>Whether such an action may have a field.</summary>
    public bool Has(string field) => Needs.Contains(field) || Takes.Contains(field);
}

/// <summary>Which action takes which fields; one table for the checks, the schema of editors and whoever shows an action.</summary>
public static class ActionFields
{
    /// <summary>What every action takes.</summary>
    public static IReadOnlyList<string> Common { get; } = ["do", "id", "when"];

    private static readonly string[] OfCalls = ["decides", "onError", "prints"];

    private static readonly Dictionary<ActionKind, ActionShape> Shapes = new()
    {
        [ActionKind.Socket] = Call([], ["v6"]),
        [ActionKind.SetSockOpt] = Call(["option", "value"], ["on"]),
        [ActionKind.GetSockOpt] = Call(["option"], []),
        [ActionKind.Bind] = Call(["address"], ["port"]),
        [ActionKind.Listen] = Call([], ["backlog"]),
        [ActionKind.Accept4] = Call(["accepted"], ["background", "limitMs"]),
        [ActionKind.Connect] = Call(["address"], ["port", "background", "limitMs"]),
        [ActionKind.Read] = Call([], ["length", "background", "limitMs"]),
        [ActionKind.Write] = Call([], ["text", "length", "background", "limitMs"]),
        [ActionKind.Recv] = Call([], ["length", "dontWait", "limitMs"]),
        [ActionKind.Send] = Call([], ["text", "length", "dontWait", "limitMs"]),
        [ActionKind.Shutdown] = Call(["how"], []),
        [ActionKind.Close] = Call([], ["limitMs"]),
        [ActionKind.GetSockName] = Call([], []),
        [ActionKind.Start] = new(["program"], []),
        [ActionKind.Exit] = new(["program"], []),
        [ActionKind.Kill] = new(["program"], []),
        [ActionKind.Fork] = new(["program", "child", "keeps"], []),
        [ActionKind.Wait] = new(["for"], ["host", "state", "flags", "port", "socket", "limitMs"]),
        [ActionKind.Sysctl] = new(["host", "name", "value"], []),
        [ActionKind.Drop] = new(["host", "name", "direction"], ["port", "flags", "count"]),
        [ActionKind.Reject] = new(["host", "name", "direction"], ["port", "flags", "count"]),
        [ActionKind.Delay] = new(["host", "name", "delayMs"], ["port"]),
        [ActionKind.Pass] = new(["host", "name"], []),
    };

    private static readonly Dictionary<WaitFor, ActionShape> Waits = new()
    {
        [WaitFor.State] = new(["host", "state"], ["limitMs"]),
        [WaitFor.Gone] = new(["host", "state"], ["limitMs"]),
        [WaitFor.Segment] = new(["host", "flags"], ["port", "limitMs"]),
        [WaitFor.Time] = new(["limitMs"], []),
        [WaitFor.Return] = new(["socket"], ["limitMs"]),
    };

    // A field that has its default counts as left out: close with "v6: false" says nothing wrong.
    private static readonly Dictionary<string, Func<ScenarioAction, bool>> IsGiven = new()
    {
        ["program"] = a => a.Program is not null,
        ["host"] = a => a.Host is not null,
        ["socket"] = a => a.Socket is not null,
        ["address"] = a => a.Address is not null,
        ["port"] = a => a.Port is not null,
        ["v6"] = a => a.V6,
        ["option"] = a => a.Option is not null,
        ["value"] = a => a.Value is not null,
        ["on"] = a => a.On is not null,
        ["backlog"] = a => a.Backlog is not null,
        ["accepted"] = a => a.Accepted is not null,
        ["length"] = a => a.Length is not null,
        ["text"] = a => a.Text is not null,
        ["dontWait"] = a => a.DontWait,
        ["how"] = a => a.How is not null,
        ["background"] = a => a.Background,
        ["limitMs"] = a => a.LimitMs is not null,
        ["decides"] = a => a.Decides,
        ["onError"] = a => a.OnError != OnError.Exit,
        ["prints"] = a => a.Prints is not null,
        ["for"] = a => a.For is not null,
        ["state"] = a => a.State is not null,
        ["flags"] = a => a.Flags is not null,
        ["name"] = a => a.Name is not null,
        ["direction"] = a => a.Direction is not null,
        ["count"] = a => a.Count is not null,
        ["delayMs"] = a => a.DelayMs is not null,
        ["child"] = a => a.Child is not null,
        ["keeps"] = a => a.Keeps is not null,
    };

    /// <summary>Every field of which only some kinds have a use, by its name in files.</summary>
    public static IEnumerable<string> All => IsGiven.Keys;

    /// <summary>The fields of a kind.</summary>
    public static ActionShape Of(ActionKind kind) => Shapes[kind];

    /// <summary>The fields of a wait, beside <c>for</c>.</summary>
    public static ActionShape Of(WaitFor what) => Waits[what];

    /// <summary>The fields of <see cref="All"/> that an action has.</summary>
    public static IEnumerable<string> GivenIn(ScenarioAction action) => IsGiven.Where(f => f.Value(action)).Select(f => f.Key);

    private static ActionShape Call(string[] needs, string[] takes) => new(["program", "socket", .. needs], [.. takes, .. OfCalls]);
}
