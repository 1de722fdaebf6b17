using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>
/// Drops and rejects segments by nft: a table for each run, and in it for each filter a chain on the hook, which leads the port's segments to a chain that
/// counts and decides.
/// </summary>
internal sealed partial class PacketFilters
{
    // numgen counts what the flags have let through up to here: it never comes back to 0 in a run.
    private const string Never = "4294967295";

    private readonly Tool _nft = new("nft");

    /// <summary>A run's table.</summary>
    public static string Table(string run) => $"reuseaddr_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)).AsSpan(0, 8))}";

    /// <summary>What decides, as nft takes it: <c>tcp flags &amp; 0x12 == 0x2 counter drop</c>.</summary>
    public static string Rule(FilterOrder order)
    {
        byte mask = (byte)(order.Set | order.Unset);
        string flags = mask == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"tcp flags & 0x{mask:x} == 0x{(byte)order.Set:x} ");
        string count = order.Count is { } most ? string.Create(CultureInfo.InvariantCulture, $"numgen inc mod {Never} < {most} ") : "";
        return $"{flags}{count}counter {(order.What == "reject" ? "reject with tcp reset" : "drop")}";
    }

    /// <summary>Where the rule stands, as a person would write it: <c>input, tcp port 11111: tcp flags …</c>.</summary>
    public static string Shown(FilterOrder order) => string.Create(CultureInfo.InvariantCulture, $"{Hook(order)} tcp port {order.Port}: {Rule(order)}");

    /// <summary>Makes the table, which is empty then.</summary>
    public ToolResult AddTable(string table) => _nft.Run(["-f", "-"], $"add table inet {table}\n");

    public ToolResult DeleteTable(string table) => _nft.Run(["-f", "-"], $"delete table inet {table}\n");

    /// <summary>True where the kernel has it.</summary>
    public bool HasTable(string table) => _nft.Run(["list", "tables", "inet"]) is { Output: { } tables } && tables.Split('\n').Contains($"table inet {table}");

    public ToolResult Add(string table, FilterOrder order) => _nft.Run(["-f", "-"], Script(table, order));

    /// <summary>Whether nft and the kernel would take such a filter; nothing is made.</summary>
    public ToolResult Try()
    {
        const string table = "reuseaddr_trial";
        var all = new FilterOrder
        {
            Name = "trial",
            What = "reject",
            Port = 1,
            Set = TcpFlags.Syn,
            Unset = TcpFlags.Ack,
            Count = 1,
        };
        return _nft.Run(["-c", "-f", "-"], $"add table inet {table}\n{Script(table, all)}");
    }

    /// <summary>Ends a filter. How many segments it has met; null where nobody can tell.</summary>
    public long? Remove(string table, string name)
    {
        long? met = Met(table, name);
        (string hook, string rule) = (HookChain(name), RuleChain(name));
        _ = _nft.Run(
            ["-f", "-"],
            $"flush chain inet {table} {hook}\ndelete chain inet {table} {hook}\nflush chain inet {table} {rule}\ndelete chain inet {table} {rule}\n"
        );
        return met;
    }

    private long? Met(string table, string name) =>
        _nft.Run(["list", "chain", "inet", table, RuleChain(name)]).Output is { } listed
        && Counter().Match(listed) is { Success: true } counter
        && long.TryParse(counter.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long met)
            ? met
            : null;

    private static string Script(string table, FilterOrder order)
    {
        (string hook, string rule) = (HookChain(order.Name), RuleChain(order.Name));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            add chain inet {{table}} {{rule}}
            add rule inet {{table}} {{rule}} {{Rule(order)}}
            add chain inet {{table}} {{hook}} { type filter hook {{Hook(order)}} priority -10; policy accept; }
            add rule inet {{table}} {{hook}} tcp sport {{order.Port}} jump {{rule}}
            add rule inet {{table}} {{hook}} tcp sport != {{order.Port}} tcp dport {{order.Port}} jump {{rule}}

            """
        );
    }

    private static string Hook(FilterOrder order) => order.Inbound ? "input" : "output";

    // A filter's name has no underscore, so that no two become one.
    private static string HookChain(string name) => $"at_{name.Replace('-', '_')}";

    private static string RuleChain(string name) => $"do_{name.Replace('-', '_')}";

    [GeneratedRegex(@"counter packets (\d+)")]
    private static partial Regex Counter();
}
