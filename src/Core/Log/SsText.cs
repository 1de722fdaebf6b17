using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// What <c>ss -anot4 'sport == :PORT'</c> of iproute2 6.1 prints when its output is not a terminal, to the last blank.
/// The rules were found by looking at the program's output; a test holds them against the program installed.
/// </summary>
public static class SsText
{
    private static readonly Column[] Columns =
    [
        new("State", Gap: 0, Right: false),
        new("Recv-Q", Gap: 1, Right: false),
        new("Send-Q", Gap: 1, Right: false),
        new("Local Address:", Gap: 1, Right: true),
        new("Port", Gap: 0, Right: false),
        new("Peer Address:", Gap: 1, Right: true),
        new("Port", Gap: 0, Right: false),
        new("Process", Gap: 0, Right: false),
    ];

    /// <summary>
    /// The header and a line for each IPv4 socket whose local port is <paramref name="port"/>: listeners first, as the kernel gives them, the rest as given.
    /// </summary>
    public static string Print(IEnumerable<SsRow> rows, int port)
    {
        string[][] cells = [.. rows.Where(row => IsAskedFor(row, port)).OrderBy(row => row.State != TcpState.Listen).Select(Cells)];
        int[] widths = Widths(cells);
        StringBuilder text = new();
        AppendLine(text, [.. Columns.Select(column => column.Header)], widths);
        foreach (string[] line in cells)
            AppendLine(text, line, widths);
        return text.ToString();
    }

    /// <summary>
    /// The time left as ss prints it: <c>1min39sec</c>, <c>47sec</c>, <c>8.940ms</c> (8.94 s, a slip of ss kept here), <c>200ms</c>; nothing at 0.
    /// </summary>
    public static string TimeLeft(long milliseconds)
    {
        (long minutes, long rest) = Math.DivRem(Math.Max(0, milliseconds), 60_000);
        (long seconds, long millis) = Math.DivRem(rest, 1000);
        if (minutes > 9)
            seconds = 0;
        if (minutes > 0 || seconds > 9)
            millis = 0;

        StringBuilder text = new();
        if (minutes > 0)
            text.Append(minutes).Append("min");
        if (seconds > 0)
            text.Append(seconds).Append(millis > 0 ? "." : "sec");
        if (millis > 0)
            text.Append(millis.ToString("000", CultureInfo.InvariantCulture)).Append("ms");
        return text.ToString();
    }

    // -4 asks the kernel for AF_INET sockets, so that IPv4 clients of a [::] server are not there;
    // sockets that are only bound are dumped for a state bit that ss 6.1 does not set.
    private static bool IsAskedFor(SsRow row, int port) => !row.Local.IsV6 && row.Local.Port == port && row.State != TcpState.BoundInactive;

    private static string[] Cells(SsRow row)
    {
        TcpState state = row.State == TcpState.NewSynRecv ? TcpState.SynRecv : row.State;
        string sendQ = state == TcpState.Listen ? row.Backlog?.ToString(CultureInfo.InvariantCulture) ?? "?" : row.SendQ.ToString(CultureInfo.InvariantCulture);
        return
        [
            state.Name(),
            row.RecvQ.ToString(CultureInfo.InvariantCulture),
            sendQ,
            $"{row.Local.Address}:",
            Port(row.Local),
            $"{row.Remote.Address}:",
            Port(row.Remote),
            Timer(row),
        ];
    }

    private static string Port(TcpEndpoint endpoint) => endpoint.Port == 0 ? "*" : endpoint.Port.ToString(CultureInfo.InvariantCulture);

    private static string Timer(SsRow row)
    {
        if (row.Timer is not { Kind: not TimerKind.Off } timer)
            return "";
        string kind = timer.Kind switch
        {
            TimerKind.On => "on",
            TimerKind.Keepalive => "keepalive",
            TimerKind.TimeWait => "timewait",
            TimerKind.Persist => "persist",
            _ => "unknown",
        };
        return $" timer:({kind},{TimeLeft(timer.Left / 1_000_000)},{row.Retransmits})";
    }

    // ss measures a cell when it goes on to the next one: the very last cell of all does not count.
    private static int[] Widths(string[][] cells)
    {
        int[] widths = [.. Columns.Select(column => column.Header.Length)];
        for (int row = 0; row < cells.Length; row++)
        {
            for (int column = 0; column < widths.Length; column++)
            {
                if (row < cells.Length - 1 || column < widths.Length - 1)
                    widths[column] = Math.Max(widths[column], cells[row][column].Length);
            }
        }
        return widths;
    }

    private static void AppendLine(StringBuilder text, string[] cells, int[] widths)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            text.Append(' ', Columns[i].Gap);
            text.Append(Columns[i].Right ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i]));
        }
        text.Append('\n');
    }

    private readonly record struct Column(string Header, int Gap, bool Right);
}
