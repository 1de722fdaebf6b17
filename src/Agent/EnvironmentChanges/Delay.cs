using System.Globalization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>
/// Delays the segments of a port as they leave an interface, by tc: htb passes everything on at once but what its filters lead to the class with netem.
/// </summary>
internal sealed class Delay
{
    private readonly Tool _tc = new("tc");

    /// <summary>tc's commands, in order.</summary>
    public static IReadOnlyList<string> Commands(string device, int port, int delayMs) =>
        [
            $"qdisc add dev {device} root handle 1: htb default 0",
            $"class add dev {device} parent 1: classid 1:1 htb rate 10gbit quantum 60000",
            Text($"qdisc add dev {device} parent 1:1 handle 10: netem delay {delayMs}ms limit 10000"),
            Text($"filter add dev {device} parent 1: protocol ip prio 1 u32 match ip protocol 6 0xff match ip sport {port} 0xffff flowid 1:1"),
            Text($"filter add dev {device} parent 1: protocol ip prio 1 u32 match ip protocol 6 0xff match ip dport {port} 0xffff flowid 1:1"),
            Text($"filter add dev {device} parent 1: protocol ipv6 prio 2 u32 match ip6 protocol 6 0xff match ip6 sport {port} 0xffff flowid 1:1"),
            Text($"filter add dev {device} parent 1: protocol ipv6 prio 2 u32 match ip6 protocol 6 0xff match ip6 dport {port} 0xffff flowid 1:1"),
        ];

    /// <summary>The first command that failed, or the last; what was made of it stays to be removed.</summary>
    public ToolResult Add(string device, int port, int delayMs)
    {
        ToolResult result = default;
        foreach (string command in Commands(device, port, delayMs))
        {
            result = Run(command);
            if (!result.Succeeded)
                break;
        }
        return result;
    }

    public ToolResult Remove(string device) => Run($"qdisc del dev {device} root");

    /// <summary>Whether tc and the kernel have netem: tried for a moment on loopback, which has no qdisc of its own.</summary>
    public ToolResult Try()
    {
        ToolResult made = Run("qdisc add dev lo root netem delay 1us");
        if (made.Succeeded)
            _ = Remove("lo");
        return made;
    }

    /// <summary>True for what tc says where the kernel has no netem.</summary>
    public static bool IsMissing(Message trouble) => trouble["text"].Contains("qdisc kind is unknown", StringComparison.Ordinal);

    private ToolResult Run(string command) => _tc.Run(command.Split(' '));

    private static string Text(FormattableString command) => command.ToString(CultureInfo.InvariantCulture);
}
