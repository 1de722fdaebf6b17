using CsCheck;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Log;

/// <summary>Against output captured from ss of iproute2 6.1.0 on Linux 6.18; a dot stands for a blank.</summary>
public sealed class SsTextTests
{
    private const int Port = 11111;

    [Fact]
    public void Prints_the_header_alone_when_nothing_is_on_the_port() =>
        Prints(
            """
            State·Recv-Q·Send-Q·Local·Address:Port·Peer·Address:PortProcess
            """
        );

    [Fact]
    public void Prints_a_listener_with_its_backlog_as_Send_Q() =>
        Prints(
            """
            State··Recv-Q·Send-Q·Local·Address:Port··Peer·Address:PortProcess
            LISTEN·0······5············0.0.0.0:11111······0.0.0.0:*··········

            """,
            Listener()
        );

    [Fact]
    public void Puts_listeners_first_and_leaves_the_rest_in_its_order() =>
        Prints(
            """
            State······Recv-Q·Send-Q·Local·Address:Port··Peer·Address:Port·Process····················
            LISTEN·····1······5············0.0.0.0:11111······0.0.0.0:*·······························
            CLOSE-WAIT·1······0··········127.0.0.1:11111····127.0.0.1:33493···························
            ESTAB······0······0··········127.0.0.1:11111····127.0.0.1:46606·timer:(keepalive,119min,0)
            TIME-WAIT··0······0··········127.0.0.1:11111····127.0.0.1:46610·timer:(timewait,58sec,0)··

            """,
            Row(TcpState.CloseWait, "127.0.0.1:11111", "127.0.0.1:33493", recvQ: 1),
            Row(TcpState.Established, "127.0.0.1:11111", "127.0.0.1:46606", TimerKind.Keepalive, 7_199_000),
            Listener() with
            {
                RecvQ = 1,
            },
            Row(TcpState.TimeWait, "127.0.0.1:11111", "127.0.0.1:46610", TimerKind.TimeWait, 58_300)
        );

    [Fact]
    public void Does_not_count_the_last_cell_of_all_for_the_width() =>
        Prints(
            """
            State··Recv-Q·Send-Q·Local·Address:Port··Peer·Address:Port·Process
            LISTEN·0······5············0.0.0.0:11111······0.0.0.0:*···········
            ESTAB··100····0··········127.0.0.1:11111····127.0.0.1:46606·timer:(keepalive,8.940ms,0)

            """,
            Listener(),
            Row(TcpState.Established, "127.0.0.1:11111", "127.0.0.1:46606", TimerKind.Keepalive, 8_940, recvQ: 100)
        );

    [Fact]
    public void Widens_columns_for_long_addresses_and_queues() =>
        Prints(
            """
            State·····Recv-Q·Send-Q···Local·Address:Port····Peer·Address:Port·Process·················
            LISTEN····0······128·····192.168.122.68:11111········0.0.0.0:*····························
            SYN-SENT··0······1········192.168.200.1:11111··192.168.200.2:80····timer:(on,412ms,2)·····
            ESTAB·····0······2803712·192.168.122.68:11111······127.0.0.1:46039·timer:(persist,500ms,1)
            TIME-WAIT·0······0·······192.168.122.68:11111·192.168.122.68:52372·timer:(timewait,59sec,0)

            """,
            Listener("192.168.122.68:11111", 128),
            Row(TcpState.SynSent, "192.168.200.1:11111", "192.168.200.2:80", TimerKind.On, 412, sendQ: 1, retransmits: 2),
            Row(TcpState.Established, "192.168.122.68:11111", "127.0.0.1:46039", TimerKind.Persist, 500, sendQ: 2_803_712, retransmits: 1),
            Row(TcpState.TimeWait, "192.168.122.68:11111", "192.168.122.68:52372", TimerKind.TimeWait, 59_900)
        );

    [Fact]
    public void Prints_nothing_for_a_timer_at_zero() =>
        Prints(
            """
            State······Recv-Q·Send-Q·Local·Address:Port··Peer·Address:Port·Process
            FIN-WAIT-2·0······0··········127.0.0.1:11111····127.0.0.1:52380·timer:(timewait,,0)

            """,
            Row(TcpState.FinWait2, "127.0.0.1:11111", "127.0.0.1:52380", TimerKind.TimeWait, 0)
        );

    [Fact]
    public void Leaves_out_what_ss_does_not_ask_for() =>
        Prints(
            """
            State·Recv-Q·Send-Q·Local·Address:Port·Peer·Address:PortProcess
            """,
            Row(TcpState.BoundInactive, "127.0.0.1:11111", "0.0.0.0:0"),
            Row(TcpState.Established, "127.0.0.1:11112", "127.0.0.1:11111"),
            Row(TcpState.TimeWait, "[::ffff:127.0.0.1]:11111", "[::ffff:127.0.0.1]:40000"),
            Row(TcpState.Listen, "[::]:11111", "[::]:0")
        );

    [Fact]
    public void Says_that_a_backlog_is_unknown() => Assert.Contains("LISTEN 0      ?     ", SsText.Print([Listener() with { Backlog = null }], Port));

    [Fact]
    public void Shows_a_request_socket_as_SYN_RECV() =>
        Assert.Contains("\nSYN-RECV 0", SsText.Print([Row(TcpState.NewSynRecv, "127.0.0.1:11111", "127.0.0.1:4000", TimerKind.On, 900)], Port));

    [Theory]
    [InlineData(-5, "")]
    [InlineData(0, "")]
    [InlineData(32, "032ms")]
    [InlineData(692, "692ms")]
    [InlineData(1_000, "1sec")]
    [InlineData(1_448, "1.448ms")]
    [InlineData(8_940, "8.940ms")]
    [InlineData(9_999, "9.999ms")]
    [InlineData(10_999, "10sec")]
    [InlineData(59_940, "59sec")]
    [InlineData(60_000, "1min")]
    [InlineData(60_999, "1min")]
    [InlineData(99_940, "1min39sec")]
    [InlineData(300_940, "5min")]
    [InlineData(599_999, "9min59sec")]
    [InlineData(7_199_940, "119min")]
    public void Prints_time_left_as_ss_does(long milliseconds, string text) => Assert.Equal(text, SsText.TimeLeft(milliseconds));

    [Fact]
    public void Runs_a_timer_down_to_a_later_moment_and_stops_at_zero()
    {
        SocketEvent e = new()
        {
            T = 5_000_000_000,
            Local = At("127.0.0.1:11111"),
            Remote = At("127.0.0.1:40000"),
            From = null,
            To = TcpState.TimeWait,
            Timer = new(TimerKind.TimeWait, 59_000_000_000),
            Raw = "",
        };
        Assert.Equal(47_000_000_000, SsRow.Of(e, 17_000_000_000).Timer?.Left);
        Assert.Equal(59_000_000_000, SsRow.Of(e, 4_000_000_000).Timer?.Left);
        Assert.Equal(0, SsRow.Of(e, 90_000_000_000).Timer?.Left);
    }

    [Fact]
    public void Aligns_every_line_and_never_throws() =>
        Gen.Select(Gen.Enum<TcpState>(), Gen.UInt, Gen.UInt, Gen.UShort, Gen.Enum<TimerKind>(), Gen.Int[0, 8_000_000])
            .Array[0, 6]
            .Sample(rows =>
            {
                string text = SsText.Print(
                    rows.Select(r => new SsRow
                    {
                        State = r.Item1,
                        RecvQ = r.Item2,
                        Backlog = 5,
                        Local = TcpEndpoint.V4(r.Item3, Port),
                        Remote = TcpEndpoint.V4(r.Item3, r.Item4),
                        Timer = new(r.Item5, r.Item6 * 1_000_000L),
                    }),
                    Port
                );
                string[] lines = text.Split('\n')[..^1];
                Assert.Equal(1 + rows.Count(r => r.Item1 != TcpState.BoundInactive), lines.Length);
                Assert.Single(lines[..^1].Select(line => line.Length).Append(lines[0].Length).Distinct());
                Assert.True(lines[^1].Length >= lines[0].Length);
            });

    private static void Prints(string dotted, params SsRow[] rows)
    {
        string expected = dotted.Replace('·', ' ').TrimEnd('\n') + "\n";
        Assert.Equal(expected, SsText.Print(rows, Port));
    }

    private static SsRow Listener(string local = "0.0.0.0:11111", int backlog = 5) => Row(TcpState.Listen, local, "0.0.0.0:0") with { Backlog = backlog };

    private static SsRow Row(
        TcpState state,
        string local,
        string remote,
        TimerKind timer = TimerKind.Off,
        long milliseconds = 0,
        uint recvQ = 0,
        uint sendQ = 0,
        uint retransmits = 0
    ) =>
        new()
        {
            State = state,
            RecvQ = recvQ,
            SendQ = sendQ,
            Local = At(local),
            Remote = At(remote),
            Timer = timer == TimerKind.Off ? null : new(timer, milliseconds * 1_000_000),
            Retransmits = retransmits,
        };

    private static TcpEndpoint At(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(text);
}
