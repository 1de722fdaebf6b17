using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>A socket was in one state for a while.</summary>
internal sealed record StateSpan
{
    /// <summary>The host that has the socket, by its role.</summary>
    public required string Host { get; init; }

    /// <summary>The socket's name in the scenario; null for one that is none of the run's, or that no call names yet.</summary>
    public required string? Socket { get; init; }

    public required TcpEndpoint Local { get; init; }

    /// <summary>The peer; for a listener the wildcard with port 0.</summary>
    public required TcpEndpoint Remote { get; init; }

    public required TcpState State { get; init; }

    /// <summary>When it was entered, seconds on the run's axis: exactly, or the first moment at which it was seen.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public required long Begin { get; init; }

    /// <summary>The last moment before Begin at which it was known not to be so; null where Begin is exact or nobody knows.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public required long? After { get; init; }

    /// <summary>The first moment at which it was surely so: the change lies in (After, Before]; null for Begin.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public required long? Before { get; init; }

    /// <summary>When it was left; null while it lasts.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public required long? End { get; init; }

    /// <summary>The last moment at which it was known to be so still; null where nobody knows, and while it lasts.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public required long? EndAfter { get; init; }

    /// <summary>The first moment at which it was surely over; null where nobody knows, and while it lasts.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public required long? EndBefore { get; init; }

    /// <summary>What ended it where that is more than the next step of the connection, and the event that shows it; null otherwise.</summary>
    public required EndReason? Ended { get; init; }

    /// <summary>Who saw it, the most exact first; <c>inferred</c> where it follows from segments and calls.</summary>
    public required IReadOnlyList<string> Sources { get; init; }
}

/// <summary>The states of a run's sockets, as the page draws them.</summary>
internal static class RunStates
{
    /// <param name="run">The run.</param>
    /// <param name="at">Up to this moment, nanoseconds on the run's axis; null for all of it.</param>
    public static IReadOnlyList<StateSpan> Spans(RunFile run, long? at)
    {
        Timeline timeline = Timeline.Fold(RunFiles.HeaderOf(run), run.Events, at);
        var names = new SocketNamesInRun(run.Events);
        return
        [
            .. timeline
                .Bands.OrderBy(b => b.Begin)
                .ThenBy(b => b.Seq)
                .Select(b => new StateSpan
                {
                    Host = b.Host,
                    Socket = names.Find(b),
                    Local = b.Local,
                    Remote = b.Remote,
                    State = b.State,
                    Begin = b.Begin,
                    After = b.After,
                    Before = b.Before,
                    End = b.End,
                    EndAfter = b.EndAfter,
                    EndBefore = b.EndBefore,
                    Ended = b.Ended,
                    Sources = [.. b.Sources.All],
                }),
        ];
    }
}

/// <summary>Which of the scenario's sockets a band is of: by its inode, which nothing else has, or by the addresses that a call gave it.</summary>
internal sealed class SocketNamesInRun
{
    private readonly Dictionary<(string Host, ulong Inode), string> _byInode = [];
    private readonly Dictionary<long, ulong> _inodes = [];
    private readonly Dictionary<(string Host, TcpEndpoint Local, TcpEndpoint? Remote), List<(long T, bool Accepted, string Name)>> _named = [];

    public SocketNamesInRun(IReadOnlyList<RunEvent> log)
    {
        foreach (RunEvent e in log)
        {
            switch (e)
            {
                case CallEvent { Succeeded: true, Host: { } host } call:
                    Follow(host, call);
                    break;
                case SocketEvent { Inode: > 0 } row:
                    _inodes[row.Seq] = row.Inode;
                    break;
                case StateEvent { Inode: > 0 } state:
                    _inodes[state.Seq] = state.Inode;
                    break;
            }
        }
    }

    /// <returns>Null for a socket that no call of the run made or named.</returns>
    public string? Find(StateBand band)
    {
        foreach (long seq in band.Seen.All.Prepend(band.Seq))
        {
            if (_inodes.TryGetValue(seq, out ulong inode) && _byInode.TryGetValue((band.Host, inode), out string? made))
                return made;
        }
        TcpEndpoint local = band.Local.Unmapped(),
            remote = band.Remote.Unmapped();
        if (!_named.TryGetValue((band.Host, local, remote.Port == 0 ? null : remote), out List<(long T, bool Accepted, string Name)>? calls))
            return null;
        // A connection is there before it is accepted; every other socket is named before it has its state.
        return calls.Find(c => c.Accepted && c.T >= band.Begin).Name ?? calls.FindLast(c => c.T <= (band.End ?? long.MaxValue)).Name;
    }

    private void Follow(string host, CallEvent call)
    {
        string name = call.Accepted ?? call.Socket;
        if (call.Inode > 0)
            _byInode[(host, call.Inode)] = name;
        if (call.Local is not { } local || call.Call is not ("bind" or "listen" or "connect" or "accept4"))
            return;
        (string, TcpEndpoint, TcpEndpoint?) key = (host, local.Unmapped(), call.Call is "bind" or "listen" ? null : call.Remote?.Unmapped());
        if (!_named.TryGetValue(key, out List<(long T, bool Accepted, string Name)>? calls))
            _named[key] = calls = [];
        calls.Add((call.T, call.Call == "accept4", name));
    }
}
