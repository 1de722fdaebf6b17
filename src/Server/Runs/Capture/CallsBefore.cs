using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Server.Runs.Capture;

/// <summary>Names, for moments that only grow, the last call of any host that had begun: <c>after server bind(3, ...) = 0, lfd</c>.</summary>
internal sealed class CallsBefore(IEnumerable<RunEvent> log)
{
    private readonly CallEvent[] _calls = [.. log.OfType<CallEvent>().OrderBy(c => c.T).ThenBy(c => c.Seq)];
    private int _begun;

    /// <summary>Null while no call had begun.</summary>
    public string? TextFor(SegmentEvent segment)
    {
        while (_begun < _calls.Length && _calls[_begun].T <= segment.T)
            _begun++;
        if (_begun == 0)
            return null;
        CallEvent call = _calls[_begun - 1];
        string when = call.T + call.Duration > segment.T ? "during" : "after",
            result = call.Errno is null ? $"{call.Result}" : $"{call.Result} {call.Errno}";
        return $"{when} {call.Host} {call.Call}({StraceLine.Arguments(call)}) = {result}, {call.Socket}";
    }
}
