namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>The control bits of a TCP header, octet 13 (RFC 9293, 3.1).</summary>
[Flags]
public enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Psh = 8,
    Ack = 16,
    Urg = 32,

    /// <summary>RFC 3168.</summary>
    Ece = 64,

    /// <summary>RFC 3168.</summary>
    Cwr = 128,
}

public static class TcpFlagNames
{
    /// <summary>Longest text of <see cref="Text"/>.</summary>
    public const int MaxLength = 31;

    // In the order in which people say them: "SYN,ACK", "FIN,ACK", "PSH,ACK".
    private static readonly (TcpFlags Flag, string Name)[] Names =
    [
        (TcpFlags.Syn, "SYN"), (TcpFlags.Fin, "FIN"), (TcpFlags.Rst, "RST"), (TcpFlags.Psh, "PSH"), (TcpFlags.Urg, "URG"), (TcpFlags.Ece, "ECE"), (TcpFlags.Cwr, "CWR"), (TcpFlags.Ack, "ACK"),
    ];

    private static readonly string[] Texts = [.. Enumerable.Range(0, 256).Select(bits => string.Join(',', Names.Where(n => (bits & (int)n.Flag) != 0).Select(n => n.Name)))];

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
