using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>One field of a raw line, explained.</summary>
/// <param name="Name">The kernel's name of it, as in the line of column names where it has one there: <c>tm->when</c>.</param>
/// <param name="Start">Where it begins in the line, in characters.</param>
/// <param name="Length">How many characters it has.</param>
/// <param name="Text">What it says.</param>
public sealed record RowField(string Name, int Start, int Length, Message Text);

/// <summary>Explains a line of /proc/net/tcp or tcp6, field by field.</summary>
public static class ProcNetTcpFields
{
    /// <summary>Each field of the line in order; empty for a line that <see cref="ProcNetTcp"/> refuses.</summary>
    /// <param name="line">The line as read.</param>
    /// <param name="clockTicks">sysconf(_SC_CLK_TCK) of the host it was read on.</param>
    /// <param name="littleEndian">That host's byte order.</param>
    public static IReadOnlyList<RowField> Describe(string line, int clockTicks = 100, bool littleEndian = true)
    {
        if (line.Length > ProcNetTcp.MaxLineLength || !Ascii.IsValid(line))
            return [];
        if (!ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(line), littleEndian, out SocketRow row))
            return [];
        var fields = new List<RowField>(20);
        int at = 0;
        foreach (RowField field in Explain(row, clockTicks))
        {
            while (line[at] is ' ' or ':')
                at++;
            int end = at;
            // An address keeps its colon; elsewhere a colon parts two fields.
            bool whole = field.Name is "local_address" or "rem_address";
            while (end < line.Length && line[end] != ' ' && line[end] != '\n' && (whole || line[end] != ':'))
                end++;
            fields.Add(field with { Start = at, Length = end - at });
            at = end;
        }
        return fields;
    }

    private static IEnumerable<RowField> Explain(SocketRow row, int clockTicks)
    {
        bool listens = row.State == TcpState.Listen;
        yield return Field("sl", "row.slot", ("row", row.Slot));
        yield return Field("local_address", "row.local", ("address", row.Local));
        yield return listens ? Field("rem_address", "row.no-peer") : Field("rem_address", "row.peer", ("address", row.Remote));
        yield return Field("st", "row.state", ("state", row.State.Name()));
        yield return listens ? Field("tx_queue", "row.tx-unused") : Field("tx_queue", "row.tx-queue", ("octets", row.TxQueue));
        yield return listens ? Field("rx_queue", "row.accept-queue", ("count", row.RxQueue)) : Field("rx_queue", "row.rx-queue", ("octets", row.RxQueue));
        yield return Field("tr", TimerText(row.TimerKind));
        yield return row.TimerKind == TimerKind.Off
            ? Field("tm->when", "row.no-time")
            : Field("tm->when", "row.timer-left", ("seconds", Seconds(row.TimerTicks, clockTicks)), ("ticks", row.TimerTicks), ("rate", clockTicks));
        yield return Field("retrnsmt", "row.retransmits", ("count", row.Retransmits));
        yield return row.State == TcpState.TimeWait ? Field("uid", "row.uid-time-wait", ("uid", row.Uid)) : Field("uid", "row.uid", ("uid", row.Uid));
        yield return Field("timeout", "row.probes", ("count", row.Probes));
        yield return row.Inode == 0 ? Field("inode", "row.no-inode") : Field("inode", "row.inode", ("inode", row.Inode));
        yield return Field("ref", "row.references", ("count", row.RefCount));
        yield return Field("pointer", "row.pointer");
        if (!row.HasTail)
            yield break;
        yield return Field("rto", "row.rto", ("seconds", Seconds(row.Rto, clockTicks)));
        yield return Field("ato", "row.ato", ("seconds", Seconds(row.Ato, clockTicks)));
        yield return (row.QuickAck & 1) == 1
            ? Field("quick/pingpong", "row.quick-interactive", ("count", row.QuickAck >> 1))
            : Field("quick/pingpong", "row.quick", ("count", row.QuickAck >> 1));
        yield return Field("cwnd", "row.cwnd", ("count", row.Cwnd));
        yield return listens ? Field("ssthresh", "row.fast-open", ("count", row.SsThresh))
        : row.SsThresh < 0 ? Field("ssthresh", "row.no-threshold")
        : Field("ssthresh", "row.threshold", ("count", row.SsThresh));
    }

    private static string TimerText(TimerKind kind) =>
        kind switch
        {
            TimerKind.Off => "row.timer-off",
            TimerKind.On => "row.timer-on",
            TimerKind.Keepalive => "row.timer-keepalive",
            TimerKind.TimeWait => "row.timer-time-wait",
            _ => "row.timer-persist",
        };

    private static RowField Field(string name, string code, params ReadOnlySpan<(string Name, object? Value)> args) => new(name, 0, 0, Message.Of(code, args));

    private static string Seconds(ulong ticks, int clockTicks) => ((decimal)ticks / clockTicks).ToString("0.00", CultureInfo.InvariantCulture);
}
