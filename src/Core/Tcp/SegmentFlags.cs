namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>Control bits as a scenario names them: <c>SYN</c>, <c>FIN,ACK</c>, <c>ACK,!SYN</c>.</summary>
public static class SegmentFlags
{
    /// <summary>True when every bit that is named is set, and none that is named with <c>!</c>.</summary>
    public static bool Match(string wanted, string flags) =>
        TryParse(wanted, out TcpFlags set, out TcpFlags unset) && TcpFlagNames.TryParse(flags, out TcpFlags has) && (has & set) == set && (has & unset) == 0;

    /// <summary>Reads them; false for a word that is no control bit.</summary>
    public static bool TryParse(string? wanted, out TcpFlags set, out TcpFlags unset)
    {
        set = unset = TcpFlags.None;
        foreach (string part in (wanted ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            bool not = part[0] == '!';
            if (!Enum.TryParse(part[(not ? 1 : 0)..], ignoreCase: true, out TcpFlags flag) || !Enum.IsDefined(flag) || char.IsAsciiDigit(part[^1]))
                return false;
            if (not)
                unset |= flag;
            else
                set |= flag;
        }
        return (set & unset) == 0;
    }
}
