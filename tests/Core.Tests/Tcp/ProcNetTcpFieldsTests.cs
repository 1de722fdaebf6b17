using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

public sealed class ProcNetTcpFieldsTests
{
    private const string TimeWait = "   1: 44C0A8C0:2B67 B1C0A8C0:D431 06 00000000:00000000 03:00001705 00000000     0        0 0 3 000000001a2b3c4d";

    [Fact]
    public void Explains_a_TIME_WAIT_row_in_the_kernels_order()
    {
        IReadOnlyList<RowField> fields = ProcNetTcpFields.Describe(TimeWait);
        Assert.Equal(
            ["sl", "local_address", "rem_address", "st", "tx_queue", "rx_queue", "tr", "tm->when", "retrnsmt", "uid", "timeout", "inode", "ref", "pointer"],
            fields.Select(f => f.Name)
        );
        Assert.Equal(
            ["1", "44C0A8C0:2B67", "B1C0A8C0:D431", "06", "00000000", "00000000", "03", "00001705", "00000000", "0", "0", "0", "3", "000000001a2b3c4d"],
            fields.Select(f => TimeWait.Substring(f.Start, f.Length))
        );
        Assert.Equal("State TIME-WAIT.", TextCatalog.English[fields[3].Text]);
        Assert.Equal("The timer fires in 58.93 s (5893 ticks of 1/100 s).", TextCatalog.English[fields[7].Text]);
        Assert.Equal("No inode: no process holds this socket any more.", TextCatalog.English[fields[11].Text]);
    }

    [Fact]
    public void Explains_a_listeners_queues_differently()
    {
        IReadOnlyList<RowField> fields = ProcNetTcpFields.Describe(
            "   0: 00000000:2B67 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 5"
        );
        Assert.Equal(19, fields.Count);
        Assert.Equal("Connections waiting for accept(): 2.", TextCatalog.English[fields[5].Text]);
        Assert.Equal("Maximum length of the Fast Open queue: 5.", TextCatalog.English[fields[18].Text]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  sl  local_address rem_address")]
    [InlineData("   1: 44C0A8C0:2B67 B1C0A8C0:D431 06 00000000:00000000 03:00001705 00000000     0        0 0 3 000000001a2b3c4é")]
    public void Explains_nothing_where_the_line_is_none(string line) => Assert.Empty(ProcNetTcpFields.Describe(line));
}
