using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// SO_REUSEADDR of each socket of the lesson, by the calls: 0 from socket() on, then what setsockopt set and getsockopt read back.
/// An accepted socket has what its listener had at accept4 (the kernel copies sk_reuse into the child, and from there into TIME-WAIT).
/// </summary>
internal sealed class ReuseOptions
{
    private readonly Dictionary<(string Host, string Socket), bool> _values = [];
    private readonly Dictionary<(string Host, Endpoint Peer), bool> _accepted = [];
    private readonly Dictionary<string, bool> _lastListener = [];

    public static ReuseOptions Before(IEnumerable<CallEvent> calls, long seq)
    {
        var options = new ReuseOptions();
        foreach (CallEvent call in calls)
        {
            if (call.Seq < seq && call is { Succeeded: true, Host: { } host })
                options.Follow(call, host);
        }
        return options;
    }

    /// <summary>Null for a socket that nobody made.</summary>
    public bool? Of(string host, string socket) => _values.TryGetValue((host, socket), out bool value) ? value : null;

    /// <summary>Of a row of the socket tables; null when it is none of the lesson's.</summary>
    public bool? OfRow(string host, SocketNow row)
    {
        if (row.State == TcpState.Listen)
            return _lastListener.TryGetValue(host, out bool listener) ? listener : null;
        return _accepted.TryGetValue((host, row.Remote.Unmapped()), out bool value) ? value : null;
    }

    private void Follow(CallEvent call, string host)
    {
        switch (call.Call)
        {
            case "socket":
                _values[(host, call.Socket)] = false;
                break;
            case "setsockopt" or "getsockopt" when call.Args.Contains("SO_REUSEADDR", StringComparison.Ordinal):
                int bracket = call.Args.IndexOf('[', StringComparison.Ordinal);
                if (bracket >= 0 && bracket + 1 < call.Args.Length)
                    _values[(host, call.Socket)] = call.Args[bracket + 1] != '0';
                break;
            case "listen" when Of(host, call.Socket) is { } listening:
                _lastListener[host] = listening;
                break;
            case "accept4" when Of(host, call.Socket) is { } inherited:
                if (call.Accepted is { } name)
                    _values[(host, name)] = inherited;
                if (call.Remote is { } peer)
                    _accepted[(host, peer.Unmapped())] = inherited;
                break;
        }
    }
}
