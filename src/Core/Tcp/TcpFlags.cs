namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>The control bits of a TCP header, octet 13 (RFC 9293, 3.1).</summary>
[Flags]
public enum TcpFlags : byte
{
    /// <summary>No bit.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 1,

    /// <summary>Synchronize sequence numbers.</summary>
    Syn = 2,

    /// <summary>Reset the connection.</summary>
    Rst = 4,

    /// <summary>Push function.</summary>
    Psh = 8,

    /// <summary>The acknowledgment field is significant.</summary>
    Ack = 16,

    /// <summary>The urgent pointer field is significant.</summary>
    Urg = 32,

    /// <summary>RFC 3168.</summary>
    Ece = 64,

    /// <summary>RFC 3168.</summary>
    Cwr = 128,
}

/// <summary>How control bits are written.</summary>
public static class TcpFlagNames
{
    /// <summary>Longest text of <see cref="Text"/>.</summary>
    public const int MaxLength = 31;

    // In the order in which people say them: "SYN,ACK", "FIN,ACK", "PSH,ACK".
    private static readonly (TcpFlags Flag, string Name)[] Names =
    [
        (TcpFlags.Syn, "SYN"),
        (TcpFlags.Fin, "FIN"),
        (TcpFlags.Rst, "RST"),
        (TcpFlags.Psh, "PSH"),
        (TcpFlags.Urg, "URG"),
        (TcpFlags.Ece, "ECE"),
        (TcpFlags.Cwr, "CWR"),
        (TcpFlags.Ack, "ACK"),
    ];

    private static readonly string[] Texts =
    [
        .. Enumerable.Range(0, 256).Select(bits => string.Join(',', Names.Where(n => (bits & (int)n.Flag) != 0).Select(n => n.Name))),
    ];

    /// <summary>True when the flag is set. (Enum.HasFlag allocates until the JIT optimizes it.)</summary>
    public static bool Has(this TcpFlags flags, TcpFlags flag) => (flags & flag) != 0;

    /// <summary><c>SYN,ACK</c>; empty for no flag. Allocates nothing.</summary>
    public static string Text(this TcpFlags flags) => Texts[(byte)flags];

    /// <summary>Reads what <see cref="Text"/> writes; false for anything else.</summary>
    public static bool TryParse(string? text, out TcpFlags flags)
    {
        flags = TcpFlags.None;
        if (text is null || text.Length > MaxLength)
            return false;
        int found = Array.IndexOf(Texts, text);
        flags = found < 0 ? TcpFlags.None : (TcpFlags)found;
        return found >= 0;
    }
}
