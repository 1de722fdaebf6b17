using System.Text;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Compares each reading of one socket table to what was told last, and tells what changed. No I/O, no clock of its own; allocates only for what it tells.
/// </summary>
/// <param name="tell">Takes the events.</param>
/// <param name="backlogOf">The backlog of this agent's listener with that inode; null for others.</param>
/// <param name="clockTicks">sysconf(_SC_CLK_TCK).</param>
internal sealed class SocketDiffer(Action<RunEvent> tell, Func<ulong, int?> backlogOf, int clockTicks = 100)
{
    /// <summary>Rows remembered at most; what is beyond is counted.</summary>
    public const int MaxRows = 4096;

    private const long Second = 1_000_000_000;

    /// <summary>A timer that is further off than this from where it should be was set anew: five of /proc's ticks.</summary>
    public const long TimerSlack = 50_000_000;

    private readonly record struct Key(TcpEndpoint Local, TcpEndpoint Remote, ulong Listener);

    private sealed class Told
    {
        public SocketRow Row;
        public long Seen,
            At,
            Expires;
        public int Look,
            Missed;
    }

    private readonly Dictionary<Key, Told> _told = [];
    private readonly List<Key> _gone = [];
    private readonly GapCounter _malformed = new(Second, new Message("gap.proc-unreadable"));
    private readonly GapCounter _beyond = new(10 * Second, Message.Of("gap.proc-beyond", ("most", MaxRows)));
    private RowFilter _filter = new([], null, _ => false);
    private long? _previous;
    private long _started;
    private int _look,
        _badLines,
        _overflow;

    /// <summary>Forgets what was told: every row that is there will be told as new.</summary>
    public void Watch(RowFilter filter)
    {
        _filter = filter;
        _told.Clear();
        _previous = null;
    }

    /// <summary>Whether a row with these ports may be one to tell of.</summary>
    public bool Watches(ushort local, ushort remote) => _filter.Watches(local, remote);

    public void BeginLook(long now)
    {
        _look++;
        (_started, _badLines, _overflow) = (now, 0, 0);
    }

    /// <summary>A line that no kernel writes.</summary>
    public void Malformed() => _badLines++;

    /// <summary>A row was read between <paramref name="before"/> and <paramref name="after"/>.</summary>
    public void Row(in SocketRow row, ReadOnlySpan<byte> line, long before, long after)
    {
        if (!_filter.Takes(row))
            return;
        // Two listeners may share an address (SO_REUSEPORT), and one may follow another between two looks: only the inode tells them apart.
        var key = new Key(row.Local, row.Remote, row.State == TcpState.Listen ? row.Inode : 0);
        if (!_told.TryGetValue(key, out Told? told))
        {
            if (_told.Count >= MaxRows)
            {
                _overflow++;
                return;
            }
            told = new Told();
            _told.Add(key, told);
            Tell(told, null, row, line, _previous, after);
        }
        else
        {
            // Under churn the kernel repeats rows; one that says something else is the newer one.
            if (told.Look == _look && told.Row.State == row.State)
                return;
            if (IsNews(told, row, after))
                Tell(told, told.Row.State, row, line, told.Seen, after);
        }
        (told.Seen, told.Look, told.Missed) = (before, _look, 0);
    }

    public void EndLook(long now, bool complete)
    {
        if (complete)
            TellGone(now);
        _previous = _started;
        if (_malformed.Count(_badLines, now) is { } bad)
            tell(bad);
        if (_beyond.Latest(_overflow, now) is { } beyond)
            tell(beyond);
    }

    private void TellGone(long now)
    {
        foreach ((Key key, Told told) in _told)
        {
            // An unreadable line may have been this row: it has one more look to come back.
            if (told.Look != _look && (_badLines == 0 || told.Missed++ > 0))
                _gone.Add(key);
        }
        foreach (Key key in _gone)
        {
            _told.Remove(key, out Told? told);
            SocketRow row = told!.Row;
            tell(
                new SocketEvent
                {
                    T = now,
                    Source = EvidenceSource.Proc,
                    Local = row.Local,
                    Remote = row.Remote,
                    From = row.State,
                    To = null,
                    Uid = row.Uid,
                    Inode = row.Inode,
                    After = told.Seen,
                }
            );
        }
        _gone.Clear();
    }

    private bool IsNews(Told told, in SocketRow row, long now)
    {
        SocketRow old = told.Row;
        if (
            row.State != old.State
            || row.TxQueue != old.TxQueue
            || row.RxQueue != old.RxQueue
            || row.Retransmits != old.Retransmits
            || row.TimerKind != old.TimerKind
            || row.Inode != old.Inode
            || row.Uid != old.Uid
            || row.Probes != old.Probes
        )
        {
            return true;
        }

        if (row.Timer(clockTicks) is { } timer && (now - told.At >= 10 * Second || Math.Abs(Math.Max(0, told.Expires - now) - timer.Left) > TimerSlack))
            return true;
        bool minor =
            row.Slot != old.Slot
            || row.Rto != old.Rto
            || row.Ato != old.Ato
            || row.QuickAck != old.QuickAck
            || row.Cwnd != old.Cwnd
            || row.SsThresh != old.SsThresh;
        return minor && now - told.At >= Second;
    }

    private void Tell(Told told, TcpState? from, in SocketRow row, ReadOnlySpan<byte> line, long? after, long now)
    {
        SocketTimer? timer = row.Timer(clockTicks);
        told.Row = row;
        told.At = now;
        told.Expires = now + (timer?.Left ?? 0);
        tell(
            new SocketEvent
            {
                T = now,
                Source = EvidenceSource.Proc,
                Local = row.Local,
                Remote = row.Remote,
                From = from,
                To = row.State,
                Timer = timer,
                RecvQ = row.RxQueue,
                SendQ = row.TxQueue,
                Retransmits = row.Retransmits,
                Uid = row.Uid,
                Inode = row.Inode,
                Backlog = row.State == TcpState.Listen ? backlogOf(row.Inode) : null,
                After = after,
                Raw = Encoding.ASCII.GetString(line.TrimEnd((byte)' ')),
            }
        );
    }
}
