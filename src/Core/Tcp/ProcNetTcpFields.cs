using System.Globalization;
using System.Text;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>One field of a raw line, explained.</summary>
/// <param name="Name">The kernel's name of it, as in the line of column names where it has one there: <c>tm->when</c>.</param>
/// <param name="Start">Where it begins in the line, in characters.</param>
/// <param name="Length">How many characters it has.</param>
/// <param name="Text">What it says: an English format string, and the key of its translations.</param>
/// <param name="Args">The values for {0}, {1}.</param>
public sealed record RowField(string Name, int Start, int Length, string Text, params IReadOnlyList<string> Args)
{
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, Text, [.. Args]);
}

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
        yield return Field("sl", "Row {0} of this reading; it moves when other rows come or go.", row.Slot);
        yield return Field("local_address", "Local address {0}: the address as the host's 32-bit words in hex, then the port in hex.", row.Local);
        yield return listens
            ? Field("rem_address", "No peer: a listener.")
            : Field("rem_address", "Peer {0}, written as the local address is.", row.Remote);
        yield return Field("st", "State {0}.", row.State.Name());
        yield return listens
            ? Field("tx_queue", "Unused for a listener.")
            : Field("tx_queue", "{0} octets sent or waiting to be sent, and not yet acknowledged.", row.TxQueue);
        yield return listens
            ? Field("rx_queue", "{0} connections wait for accept().", row.RxQueue)
            : Field("rx_queue", "{0} octets received and not yet read.", row.RxQueue);
        yield return Field("tr", TimerText(row.TimerKind));
        yield return row.TimerKind == TimerKind.Off
            ? Field("tm->when", "No timer, so no time.")
            : Field("tm->when", "The timer fires in {0} s ({1} ticks of 1/{2} s).", Seconds(row.TimerTicks, clockTicks), row.TimerTicks, clockTicks);
        yield return Field("retrnsmt", "{0} retransmits without an answer.", row.Retransmits);
        yield return row.State == TcpState.TimeWait
            ? Field("uid", "User id {0}: TIME-WAIT no longer knows its owner.", row.Uid)
            : Field("uid", "User id {0} owns the socket.", row.Uid);
        yield return Field("timeout", "{0} probes without an answer.", row.Probes);
        yield return row.Inode == 0
            ? Field("inode", "No inode: no process holds this socket any more.")
            : Field("inode", "Inode {0}, as in /proc/PID/fd: socket:[{0}].", row.Inode);
        yield return Field("ref", "{0} references within the kernel.", row.RefCount);
        yield return Field("pointer", "The socket's place in kernel memory, hashed or hidden.");
        if (!row.HasTail)
            yield break;
        yield return Field("rto", "Retransmission timeout {0} s.", Seconds(row.Rto, clockTicks));
        yield return Field("ato", "Delayed ACK after {0} s.", Seconds(row.Ato, clockTicks));
        yield return (row.QuickAck & 1) == 1
            ? Field("quick/pingpong", "{0} quick ACKs left; interactive, so ACKs may be delayed.", row.QuickAck >> 1)
            : Field("quick/pingpong", "{0} quick ACKs left; not interactive.", row.QuickAck >> 1);
        yield return Field("cwnd", "Congestion window {0} segments.", row.Cwnd);
        yield return listens ? Field("ssthresh", "Fast Open queue of at most {0}.", row.SsThresh)
            : row.SsThresh < 0 ? Field("ssthresh", "No slow-start threshold yet.")
            : Field("ssthresh", "Slow-start threshold {0} segments.", row.SsThresh);
    }

    private static string TimerText(TimerKind kind) => kind switch
    {
        TimerKind.Off => "No timer runs.",
        TimerKind.On => "Timer 1: retransmission, loss probe or reordering.",
        TimerKind.Keepalive => "Timer 2: keepalive, or FIN-WAIT-2 that no process holds.",
        TimerKind.TimeWait => "Timer 3: TIME-WAIT.",
        _ => "Timer 4: zero-window probe.",
    };

    private static RowField Field(string name, string text, params object[] args) =>
        new(name, 0, 0, text, [.. args.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!)]);

    private static string Seconds(ulong ticks, int clockTicks) => ((decimal)ticks / clockTicks).ToString("0.00", CultureInfo.InvariantCulture);
}
