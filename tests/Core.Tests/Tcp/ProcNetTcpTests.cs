using System.Text;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

public sealed class ProcNetTcpTests
{
    // Captured from Linux 6.18 (x86-64), as they are, with their trailing blanks.
    private const string Listener =
        "   0: 00000000:2B67 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0                      ";
    private const string TimeWaitLine =
        "   1: 44C0A8C0:2B67 B1C0A8C0:D431 06 00000000:00000000 03:00001705 00000000     0        0 0 3 000000001a2b3c4d                                      ";
    private const string SynSent =
        "  12: 0100007F:A1B2 0200007F:2B67 02 00000001:00000000 01:00000064 00000003  1000        0 40213 2 00000000c0ffee00 800 0 0 1 7                    ";
    private const string Mapped =
        "   3: 0000000000000000FFFF00000100007F:2B67 0000000000000000FFFF00000200007F:D431 06 00000000:00000000 03:0000176F 00000000     0        0 0 3 000000001a2b3c4d";
    private const string V6Estab =
        "   4: B80D0120000000000000000001000000:0016 00000000000000000000000001000000:C350 01 00000010:00000020 02:000AFC68 00000000   104        5 18446744073709551615 4 ffffffffc0ffee00 20 4 31 10 -1";

    private static bool Parse(string line, out SocketRow row) => ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(line), littleEndian: true, out row);

    [Fact]
    public void Reads_a_listener()
    {
        Assert.True(Parse(Listener, out SocketRow row));
        Assert.Equal(
            new SocketRow
            {
                Slot = 0,
                Local = TcpEndpoint.V4(0, 11111),
                Remote = TcpEndpoint.V4(0, 0),
                State = TcpState.Listen,
                RxQueue = 1,
                Inode = 1569,
                RefCount = 1,
                Pointer = 0x40e7dfad,
                HasTail = true,
                Rto = 100,
                Cwnd = 10,
            },
            row
        );
        Assert.Null(row.Timer());
    }

    [Fact]
    public void Reads_TIME_WAIT_whose_line_ends_early()
    {
        Assert.True(Parse(TimeWaitLine, out SocketRow row));
        Assert.Equal("192.168.192.68:11111", row.Local.ToString());
        Assert.Equal("192.168.192.177:54321", row.Remote.ToString());
        Assert.Equal((TcpState.TimeWait, TimerKind.TimeWait, 0ul, false), (row.State, row.TimerKind, row.Inode, row.HasTail));
        Assert.Equal(new SocketTimer(TimerKind.TimeWait, 58_930_000_000), row.Timer());
    }

    [Fact]
    public void Reads_a_SYN_SENT_that_is_retransmitted()
    {
        Assert.True(Parse(SynSent, out SocketRow row));
        Assert.Equal((TcpState.SynSent, TimerKind.On, 3u, 1u, 1000u, 7), (row.State, row.TimerKind, row.Retransmits, row.TxQueue, row.Uid, row.SsThresh));
        Assert.Equal(1_000_000_000, row.Timer()!.Value.Left);
    }

    [Fact]
    public void Reads_IPv6_and_mapped_IPv4()
    {
        Assert.True(Parse(Mapped, out SocketRow mapped));
        Assert.Equal("127.0.0.1:11111", mapped.Local.Unmapped().ToString());
        Assert.True(Parse(V6Estab, out SocketRow row));
        Assert.Equal("[2001:db8::1]:22", row.Local.ToString());
        Assert.Equal("[::1]:50000", row.Remote.ToString());
        Assert.Equal((ulong.MaxValue, -1, 31u, 16u, 32u), (row.Inode, row.SsThresh, row.QuickAck, row.TxQueue, row.RxQueue));
    }

    [Fact]
    public void Reads_a_big_endian_host()
    {
        string line = TimeWaitLine.Replace("44C0A8C0", "C0A8C044", StringComparison.Ordinal);
        Assert.True(ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(line), littleEndian: false, out SocketRow row));
        Assert.Equal("192.168.192.68:11111", row.Local.ToString());
    }

    [Fact]
    public void Takes_a_pointer_that_the_kernel_hides()
    {
        Assert.True(Parse(Listener.Replace("0000000040e7dfad", "(____ptrval____)", StringComparison.Ordinal), out SocketRow row));
        Assert.Equal(0ul, row.Pointer);
    }

    // Lines of other machines, from public fixtures.
    [Theory]
    [InlineData(
        "   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   118        0 9724 1 cf2e0c80 300 0 0 2 -1",
        TcpState.Listen,
        9724,
        0xcf2e0c80
    )] // a pointer of 32 bits
    [InlineData("12345: 0100007F:0CEA 0100007F:A1B2 03 00000000:00000000 01:00000063 00000000     0        0 0 1 00000000", TcpState.SynRecv, 0, 0)] // five digits, no tail, no pointer
    [InlineData("   7: 0100007F:0CEA 0100007F:A1B2 06 00000000:00000000 03:00000E3A 00000000     0        0 0 3 0000000000000000   ", TcpState.TimeWait, 0, 0)] // hidden, trailing blanks
    [InlineData(
        "   8: 0100007F:0CEA 0100007F:A1B2 04 00000001:00000000 01:00000014 00000000     0        0 0 2 0000000000000000 20 4 30 10 -1",
        TcpState.FinWait1,
        0,
        0
    )] // nobody's any more
    [InlineData(
        "   9: 00000000:0016 00000000:0000 0A 00000001:00000000 00:00000000 00000000     0        0 17 1 0000000000000000 100 0 0 10 0",
        TcpState.Listen,
        17,
        0
    )] // tx_queue 1
    public void Reads_what_other_kernels_write(string line, TcpState state, ulong inode, ulong pointer)
    {
        Assert.True(Parse(line, out SocketRow row));
        Assert.Equal((state, inode, pointer), (row.State, row.Inode, row.Pointer));
    }

    [Theory]
    [InlineData(Listener)]
    [InlineData(TimeWaitLine)]
    [InlineData(SynSent)]
    [InlineData(Mapped)]
    [InlineData(V6Estab)]
    public void Rejects_a_row_cut_short(string line)
    {
        string text = line.TrimEnd();
        int pointer = ProcNetTcpFields.Describe(text).Single(f => f.Name == "pointer").Start,
            lastField = text.LastIndexOf(' ') + 1;
        for (int length = 0; length < text.Length; length++)
        {
            // Three cuts leave a line that a kernel may write: a pointer of 32 bits, a row without the last five fields, and fewer digits of the last number.
            bool whole =
                length == pointer + 8
                || length == pointer + 16
                || length == pointer + 17
                || (lastField > pointer && length > lastField && text[length - 1] != '-');
            Assert.True(whole == Parse(text[..length], out _), text[..length]);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode")]
    [InlineData(
        "  540: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000    70        0 16341 2 0000000000000000 0"
    )] // udp6: ref, pointer, drops
    [InlineData("   0: 00000000:2B67 00000000:0000 00 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0")] // no state 0
    [InlineData("   0: 00000000:2B67 00000000:0000 0D 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0")] // nor 13
    [InlineData("   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 05:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0")] // no timer 5
    [InlineData("   0: 0000000G:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0")]
    [InlineData("   0: 000000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0")]
    [InlineData("   0: 00000000:2B67 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad")]
    [InlineData("   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000    -1        0 1569 1 0000000040e7dfad 100 0 0 10 0")]
    [InlineData(
        "   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18446744073709551616 1 0000000040e7dfad 100 0 0 10 0"
    )]
    [InlineData("99999999999999999999: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000040e7dfad 100 0 0 10 0")]
    [InlineData("   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0 7")] // a field more
    [InlineData("   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 x")]
    [InlineData("   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 -")]
    [InlineData("   0: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 2147483648")]
    public void Rejects_what_no_kernel_writes(string line)
    {
        Assert.False(Parse(line, out SocketRow row));
        Assert.Equal(default, row);
    }

    [Fact]
    public void Rejects_an_oversized_line()
    {
        Assert.True(Parse(Listener.TrimEnd().PadRight(ProcNetTcp.MaxLineLength), out _));
        Assert.False(Parse(Listener.TrimEnd().PadRight(ProcNetTcp.MaxLineLength + 1), out _));
    }

    [Fact]
    public void Allocates_nothing()
    {
        byte[][] lines = [.. new[] { Listener, TimeWaitLine, SynSent, Mapped, V6Estab, "rubbish" }.Select(Encoding.ASCII.GetBytes)];
        int read = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                foreach (byte[] line in lines)
                    read += ProcNetTcp.TryParse(line, out _) ? 1 : 0;
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (round == 1)
                Assert.Equal(0, allocated);
        }
        Assert.Equal(10_000, read);
    }

    [Fact]
    public void Reads_every_line_of_this_machine()
    {
        int rows = 0;
        foreach (string table in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists))
        {
            foreach (string line in File.ReadAllLines(table).Skip(1))
            {
                Assert.True(Parse(line, out _), line);
                rows++;
            }
        }
        Assert.True(rows > 0 || !File.Exists("/proc/net/tcp") || File.ReadAllLines("/proc/net/tcp").Length == 1);
    }
}
