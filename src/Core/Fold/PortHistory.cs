using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Every socket that one network namespace had on a port in the course of the log, as its kernel's tables told.</summary>
/// <param name="own">The run's socket of an inode; null for none.</param>
internal sealed class PortHistory(Func<ulong, OwnSocket?> own)
{
    /// <summary>How long after its end a socket may still matter to a call that is judged anew, ns: events come late, but not so late.</summary>
    private const long Late = 30_000_000_000;

    private readonly Dictionary<PortKey, PortTrack> _tracks = [];
    private readonly HashSet<PortTrack> _there = [];
    private readonly List<PortTrack> _gone = [],
        _alone = [];

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    /// <param name="ownOfCopy">The run's socket of an inode, for the copy.</param>
    public PortHistory Copy(Func<ulong, OwnSocket?> ownOfCopy)
    {
        var copy = new PortHistory(ownOfCopy);
        var copies = new Dictionary<PortTrack, PortTrack>(_tracks.Count);
        foreach ((PortKey key, PortTrack track) in _tracks)
            copy._tracks[key] = copies[track] = track.Copy();
        copy._there.UnionWith(_there.Select(t => copies[t]));
        copy._gone.AddRange(_gone.Select(t => copies[t]));
        copy._alone.AddRange(_alone.Select(t => copies[t]));
        return copy;
    }

    /// <summary>Every socket without a peer that was ever there.</summary>
    public IReadOnlyList<PortTrack> Alone => _alone;

    /// <summary>Those that are there, and those that have gone since a moment, or may have been there then.</summary>
    public IEnumerable<PortTrack> Since(long t)
    {
        foreach (PortTrack track in _there)
            yield return track;
        for (int i = _gone.Count - 1; i >= 0 && _gone[i].LastAt >= t - Late; i--)
            yield return _gone[i];
    }

    public PortTrack? Find(SocketPair pair) => _tracks.GetValueOrDefault(PortKey.Of(pair, 0));

    /// <summary>Takes the next event of that namespace and port.</summary>
    /// <returns>The moment from which what is known has changed; null where nothing has.</returns>
    public long? Append(RunEvent e)
    {
        switch (e)
        {
            case SocketEvent row when !IsRequest(row):
                return Add(new(new(row.Local, row.Remote), row.From, row.To, row.T, row.After, row.Source, row.Timer, row.Inode, row.Uid, null));
            // Of a trace only the end of a TIME-WAIT, which it tells to the microsecond: to it a socket that goes into TIME-WAIT is gone as well.
            case StateEvent { Source: EvidenceSource.Diag } or StateEvent { Source: EvidenceSource.Trace, From: TcpState.TimeWait, To: null }:
                var change = (StateEvent)e;
                var reading = new PortReading(
                    change.Socket,
                    change.From,
                    change.To,
                    change.T,
                    change.After,
                    change.Source,
                    change.Timer,
                    change.Inode,
                    change.Uid,
                    change.V6Only
                );
                // A bound socket that connects keeps its inode and gets a peer: it is a connection from then on.
                if (
                    change is { Inode: not 0, From: TcpState.BoundInactive or TcpState.Listen }
                    && change.Socket.Remote.Port != 0
                    && _tracks.ContainsKey(new(default, change.Inode))
                )
                {
                    Add(reading with { Pair = new(change.Socket.Local, default), To = null, Timer = null });
                }

                return Add(reading);
            default:
                return null;
        }
    }

    /// <summary>A socket of the run's has no port before its bind, whenever it was seen first.</summary>
    public void Bound(OwnSocket socket) => KnowOwn(socket, bound: true);

    /// <summary>A socket of the run's has no port after its close, whenever it was seen last.</summary>
    public void Closed(OwnSocket socket) => KnowOwn(socket, bound: false);

    private void KnowOwn(OwnSocket socket, bool bound)
    {
        if (
            socket.Inode == 0
            || !_tracks.TryGetValue(new(default, socket.Inode), out PortTrack? track)
            || (bound ? socket.BoundAt : socket.ClosedAt) is not { } t
        )
        {
            return;
        }

        track.Absent(t);
        Place(track);
    }

    private long? Add(PortReading reading)
    {
        var key = PortKey.Of(reading.Pair, reading.Inode);
        bool known = _tracks.TryGetValue(key, out PortTrack? track);
        if (!known)
        {
            _tracks[key] = track = new(reading.Pair, reading.Inode);
            if (track.IsAlone)
                _alone.Add(track);
        }
        long since = track!.Add(reading);
        if (!known && track.IsAlone && own(reading.Inode) is { } mine)
        {
            KnowOwn(mine, bound: true);
            KnowOwn(mine, bound: false);
        }
        Place(track);
        return since;
    }

    private void Place(PortTrack track)
    {
        if (track.Last is not null)
        {
            if (_there.Add(track) && track.IsGone)
                _gone.Remove(track);
            track.IsGone = false;
        }
        else if (!track.IsGone)
        {
            _there.Remove(track);
            _gone.Add(track);
            track.IsGone = true;
        }
    }

    // A request that waits for its last ACK has no bind bucket of its own; it goes with its listener.
    private static bool IsRequest(SocketEvent row) =>
        row is { Inode: 0, To: TcpState.SynRecv or TcpState.NewSynRecv or null } && row.From is null or TcpState.SynRecv or TcpState.NewSynRecv;
}
