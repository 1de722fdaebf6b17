using System.Text;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class SocketDifferTests
{
    private const long Ms = 1_000_000,
        Second = 1000 * Ms;
    private const string Header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n";

    private readonly List<RunEvent> _told = [];
    private readonly SocketDiffer _differ;
    private readonly TableScan _scan;
    private long _now = 100 * Second;

    public SocketDifferTests()
    {
        _differ = new SocketDiffer(_told.Add, inode => inode == 77 ? 5 : null);
        _scan = new TableScan(_differ);
        _differ.Watch(new RowFilter([11111], null, _ => false));
    }

    private static string Row(
        int slot = 0,
        string local = "0100007F:2B67",
        string remote = "0200007F:D431",
        int state = 1,
        uint tx = 0,
        uint rx = 0,
        int timer = 0,
        int ticks = 0,
        uint retransmits = 0,
        ulong inode = 4711,
        int references = 1
    ) =>
        (
            $"{slot, 4}: {local} {remote} {state:X2} {tx:X8}:{rx:X8} {timer:X2}:{ticks:X8} {retransmits:X8} {0, 5} {0, 8} {inode} {references} 0000000040e7dfad"
        ).PadRight(149) + "\n";

    private static string Listener(ulong inode = 77) => Row(remote: "00000000:0000", state: 10, inode: inode);

    // One reading, cut into pieces as read() cuts it; returns what it told.
    private List<RunEvent> Look(long after, params string[] rows) => Look(after, 4096, Header + string.Concat(rows));

    private List<RunEvent> Look(long after, int piece, string text, bool complete = true)
    {
        _now += after;
        _told.Clear();
        _scan.Begin(_now - 2);
        byte[] octets = Encoding.ASCII.GetBytes(text);
        for (int i = 0; i < octets.Length; i += piece)
            _scan.Feed(octets.AsSpan(i, Math.Min(piece, octets.Length - i)), _now - 1, _now);
        _scan.End(_now + 1, complete);
        return [.. _told];
    }

    private static SocketEvent Only(List<RunEvent> told) => Assert.IsType<SocketEvent>(Assert.Single(told));

    [Fact]
    public void Tells_what_appears_changes_and_goes_with_the_last_moment_of_the_old()
    {
        SocketEvent first = Only(Look(0, Row()));
        Assert.Equal((null, TcpState.Established, (long?)null), (first.From, first.To, first.After));
        Assert.Equal(_now, first.T);
        Assert.Equal(Row().TrimEnd(), first.Raw);
        long seen = _now - 1;

        Assert.Empty(Look(2 * Ms, Row()));
        seen += 2 * Ms;
        SocketEvent wait = Only(Look(2 * Ms, Row(state: 6, timer: 3, ticks: 6000, inode: 0)));
        Assert.Equal((TcpState.Established, TcpState.TimeWait, (long?)seen), (wait.From, wait.To, wait.After));
        Assert.Equal(new SocketTimer(TimerKind.TimeWait, 60 * Second), wait.Timer);

        SocketEvent gone = Only(Look(2 * Ms));
        Assert.Equal((TcpState.TimeWait, null, null, (long?)(_now - 2 * Ms - 1)), (gone.From, gone.To, gone.Raw, gone.After));
        Assert.Empty(Look(2 * Ms));
    }

    [Fact]
    public void What_was_absent_before_appears_after_the_reading_before()
    {
        Look(0);
        long begun = _now - 2;
        Assert.Equal(begun, Only(Look(5 * Ms, Row())).After);
    }

    [Fact]
    public void Drops_rows_that_the_kernel_repeats()
    {
        Assert.Single(Look(0, Row(), Row(slot: 1), Row(slot: 2)));
        Assert.Empty(Look(1, Row(), Row(slot: 1)));
    }

    [Fact]
    public void A_row_repeated_in_another_state_is_the_newer_one()
    {
        List<RunEvent> told = Look(0, Row(), Row(slot: 1, state: 6, timer: 3, ticks: 6000, inode: 0));
        Assert.Equal([TcpState.Established, TcpState.TimeWait], told.Cast<SocketEvent>().Select(e => e.To!.Value));
        Assert.Empty(Look(1, Row(state: 6, timer: 3, ticks: 6000, inode: 0)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(149)]
    [InlineData(151)]
    public void A_row_may_straddle_reads(int piece)
    {
        string table = Header + Row() + Row(slot: 1, remote: "0200007F:D432") + Listener();
        Assert.Equal(3, Look(0, piece, table).Count);
        Assert.Empty(Look(1, piece + 1, table));
    }

    [Fact]
    public void Passes_over_other_ports_and_takes_either_end()
    {
        Assert.Empty(Look(0, Row(local: "0100007F:0016")));
        Assert.Single(Look(1, Row(local: "0100007F:0016"), Row(local: "0100007F:D431", remote: "0200007F:2B67")));
    }

    [Fact]
    public void Queues_retransmits_timer_kind_and_inode_are_news_and_references_are_not()
    {
        Look(0, Row());
        Assert.Empty(Look(Ms, Row(references: 9)));
        Assert.Equal(5u, Only(Look(Ms, Row(rx: 5))).RecvQ);
        Assert.Equal(6u, Only(Look(Ms, Row(rx: 5, tx: 6))).SendQ);
        SocketEvent timer = Only(Look(Ms, Row(rx: 5, tx: 6, timer: 1, ticks: 20)));
        Assert.Equal((timer.From, TimerKind.On), (timer.To, timer.Timer!.Value.Kind));
        Assert.Equal(1u, Only(Look(Ms, Row(rx: 5, tx: 6, timer: 1, ticks: 20, retransmits: 1))).Retransmits);
        Assert.Equal(9ul, Only(Look(Ms, Row(rx: 5, tx: 6, timer: 1, ticks: 20, retransmits: 1, inode: 9))).Inode);
    }

    [Fact]
    public void A_timer_that_runs_as_foreseen_is_told_every_ten_seconds_only()
    {
        Look(0, Row(state: 6, timer: 3, ticks: 6000));
        for (int second = 1; second < 10; second++)
            Assert.Empty(Look(Second, Row(state: 6, timer: 3, ticks: 6000 - 100 * second)));
        Assert.Equal(50 * Second, Only(Look(Second, Row(state: 6, timer: 3, ticks: 5000))).Timer!.Value.Left);
    }

    [Fact]
    public void A_timer_set_anew_is_news()
    {
        Look(0, Row(state: 6, timer: 3, ticks: 5000));
        Assert.Empty(Look(Second, Row(state: 6, timer: 3, ticks: 4904)));
        Assert.Single(Look(Second, Row(state: 6, timer: 3, ticks: 6000)));
    }

    [Fact]
    public void A_timer_at_zero_that_is_overdue_is_no_news()
    {
        Look(0, Row(state: 6, timer: 3, ticks: 10));
        Assert.Empty(Look(200 * Ms, Row(state: 6, timer: 3, ticks: 0)));
        Assert.Empty(Look(Second, Row(state: 6, timer: 3, ticks: 0)));
    }

    [Fact]
    public void A_row_that_only_moved_is_told_once_a_second()
    {
        Look(0, Row());
        Assert.Empty(Look(100 * Ms, Row(slot: 5)));
        Assert.Single(Look(Second, Row(slot: 5)));
        Assert.Empty(Look(100 * Ms, Row(slot: 6)));
    }

    [Fact]
    public void A_listener_that_follows_another_is_another()
    {
        Assert.Equal(5, Only(Look(0, Listener())).Backlog);
        List<RunEvent> told = Look(Ms, Listener(inode: 78));
        Assert.Equal([(null, 78ul), (TcpState.Listen, 77ul)], told.Cast<SocketEvent>().Select(e => (e.From, e.Inode)));
    }

    [Fact]
    public void Malformed_lines_are_counted_and_told_at_most_once_a_second()
    {
        string oversized = new('x', 5000);
        Assert.Equal(3, Assert.IsType<GapEvent>(Assert.Single(Look(0, "rubbish\n", oversized + "\n", "more\n"))).Lost);
        Assert.Empty(Look(Ms, "bad\n"));
        Assert.Equal(2, Assert.IsType<GapEvent>(Assert.Single(Look(Second, "bad\n"))).Lost);
    }

    [Fact]
    public void A_row_on_other_ports_is_passed_over_whatever_its_rest_says()
    {
        string foreign = Row(local: "0100007F:1F90");
        Assert.Empty(Look(0, foreign, foreign[..70] + "\n"));
        Assert.Single(Look(Ms, foreign, Row(local: "0100007F:1F90", remote: "0200007F:2B67")));
    }

    [Fact]
    public void A_line_cut_off_at_the_end_is_malformed()
    {
        Assert.Equal(1, Assert.IsType<GapEvent>(Assert.Single(Look(0, 4096, Header + Row()[..100]))).Lost);
    }

    [Fact]
    public void A_row_that_may_be_the_unreadable_line_gets_one_more_look()
    {
        Look(0, Row());
        Assert.IsType<GapEvent>(Assert.Single(Look(Ms, "bad\n")));
        Assert.Empty(Look(Ms, Row()));
        Assert.Empty(Look(Ms, "bad\n"));
        Assert.Null(Only(Look(Ms, "bad\n")).To);
    }

    [Fact]
    public void A_reading_that_failed_ends_no_row()
    {
        Look(0, Row());
        Assert.Empty(Look(Ms, 4096, "", complete: false));
        Assert.Empty(Look(Ms, Row()));
    }

    [Fact]
    public void A_new_watch_tells_all_rows_as_new_and_ends_none()
    {
        Look(0, Row(), Row(local: "0100007F:2B68"));
        _differ.Watch(new RowFilter([11112], null, _ => false));
        SocketEvent told = Only(Look(Ms, Row(), Row(local: "0100007F:2B68")));
        Assert.Equal((null, 11112, null), (told.From, (int)told.Local.Port, told.After));
    }

    [Fact]
    public void Rows_beyond_the_most_are_counted()
    {
        string[] rows = [.. Enumerable.Range(0, SocketDiffer.MaxRows + 3).Select(i => Row(remote: $"{i:X8}:D431"))];
        List<RunEvent> told = Look(0, rows);
        Assert.Equal(SocketDiffer.MaxRows, told.OfType<SocketEvent>().Count());
        Assert.Equal(3, Assert.Single(told.OfType<GapEvent>()).Lost);
        Assert.Empty(Look(Ms, rows));
    }

    [Fact]
    public void Nothing_new_allocates_nothing()
    {
        byte[] table = Encoding.ASCII.GetBytes(Header + string.Concat(Enumerable.Range(0, 100).Select(i => Row(i, remote: $"{i:X8}:D431"))));
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _scan.Begin(_now);
            _scan.Feed(table, _now, _now);
            _scan.End(_now, complete: true);
            if (i > 0)
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(100, _told.Count);
        Assert.Equal(0, allocated);
    }
}
