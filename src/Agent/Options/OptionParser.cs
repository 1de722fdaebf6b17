using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Options;

/// <summary>Reads the command line. Every error is told, each naming the option and what it takes.</summary>
internal static class OptionParser
{
    private delegate string? Setter(string value, Draft draft);

    private sealed class Draft
    {
        public DashboardAddress? Dashboard;
        public string? Name, Interface;
        public IPAddress? Address;
        public RowsOption? Rows;
        public TimeSpan? CloseAfter;
        public int? DieWithParent;
        public LogLevel? LogLevel;
    }

    private static readonly Dictionary<string, Setter> Setters = new()
    {
        ["--dashboard"] = (v, d) => DashboardAddress.TryParse(v, out d.Dashboard) ? null : $"takes http://HOST:PORT, https://HOST:PORT or unix:/PATH of at most {DashboardAddress.MaxPath} octets",
        ["--name"] = (v, d) => (d.Name = v) is HubRoutes.Client or HubRoutes.Server ? null : "takes client or server",
        ["--address"] = (v, d) => IsV4(v, out d.Address) ? null : "takes an IPv4 address",
        ["--interface"] = (v, d) => (d.Interface = v).Length is > 0 and <= 15 ? null : "takes the name of a network interface, 1 to 15 characters",
        ["--rows"] = (v, d) => Rows(v, d) ? null : "takes an IPv4 address, with \",any\" behind it also for wildcard rows",
        ["--close-after"] = (v, d) => Whole(v, 1, 3600, n => d.CloseAfter = TimeSpan.FromSeconds(n)) ? null : "takes whole seconds, 1 to 3600",
        ["--die-with-parent"] = (v, d) => Whole(v, 1, int.MaxValue, n => d.DieWithParent = n) ? null : "takes the id of the parent process",
        ["--log-level"] = (v, d) => Level(v, d) ? null : "takes trace, debug, information, warning, error, critical or none",
    };

    /// <returns>The options, or null and what is wrong.</returns>
    public static AgentOptions? Parse(IReadOnlyList<string> args, out IReadOnlyList<string> errors)
    {
        var draft = new Draft();
        var wrong = new List<string>();
        var seen = new HashSet<string>();
        for (int i = 0; i < args.Count; i++)
        {
            // --name=VALUE and --name VALUE mean the same.
            int equals = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i].IndexOf('=', StringComparison.Ordinal) : -1;
            string name = equals < 0 ? args[i] : args[i][..equals];
            if (!Setters.TryGetValue(name, out Setter? set))
            {
                wrong.Add($"{name} is not an option of reuseaddr-agent; --help lists them.");
                continue;
            }
            bool missing = equals < 0 && (i + 1 >= args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal));
            string value = missing ? "" : equals < 0 ? args[++i] : args[i][(equals + 1)..];
            if (!seen.Add(name))
                wrong.Add($"{name} is given twice.");
            else if (missing)
                wrong.Add($"{name} has no value: it {set("", draft)}.");
            else if (set(value, draft) is { } takes)
                wrong.Add($"{name} {takes}, not \"{Shown(value)}\".");
        }
        foreach (string needed in new[] { "--dashboard", "--name" })
        {
            if (!seen.Contains(needed))
                wrong.Add($"{needed} is missing: it {Setters[needed]("", new Draft())}.");
        }
        errors = wrong;
        if (wrong.Count > 0)
            return null;
        var options = new AgentOptions { Dashboard = draft.Dashboard!, Name = draft.Name!, Address = draft.Address, Interface = draft.Interface, Rows = draft.Rows, DieWithParent = draft.DieWithParent };
        return options with { CloseAfter = draft.CloseAfter ?? options.CloseAfter, LogLevel = draft.LogLevel ?? options.LogLevel };
    }

    private static bool IsV4(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    private static bool Rows(string text, Draft draft)
    {
        bool any = text.EndsWith(",any", StringComparison.Ordinal);
        if (!IsV4(any ? text[..^4] : text, out IPAddress? address))
            return false;
        draft.Rows = new RowsOption(address!, any);
        return true;
    }

    private static bool Whole(string text, int least, int most, Action<int> set)
    {
        bool ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most;
        if (ok)
            set(number);
        return ok;
    }

    private static bool Level(string text, Draft draft)
    {
        bool ok = Enum.TryParse(text, ignoreCase: true, out LogLevel level) && Enum.IsDefined(level) && text.All(char.IsAsciiLetter);
        if (ok)
            draft.LogLevel = level;
        return ok;
    }

    private static string Shown(string value) => value.Length <= 60 ? value : value[..60] + "...";
}
