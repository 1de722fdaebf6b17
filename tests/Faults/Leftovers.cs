using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Faults;

/// <summary>
/// What may stay behind when nothing runs: the hosts are to be as they were at first, with one process for each and none that holds sockets; and nothing but
/// one private directory is to be on the disk.
/// </summary>
internal sealed class Leftovers(Dashboard dashboard)
{
    private static readonly string[] Roles = ["client", Dashboard.Keeper, "server"];

    // Tables of filters, delays, and every sysctl that a lesson may set.
    private static readonly string Environment =
        $"nft list tables; tc qdisc show; cd /proc/sys; grep -H . {string.Join(' ', Sysctls.Allowed.Select(s => s.Replace('.', '/')))}";

    private readonly HashSet<int> _agents = [];
    private Dictionary<string, string>? _first;

    /// <summary>Notes the agents that there are: children of theirs are looked for also when they themselves have gone.</summary>
    public void Note() => _agents.UnionWith(dashboard.Hosts().Select(h => h.Id));

    /// <summary>What is left over; null for nothing.</summary>
    public async Task<string?> Find(CancellationToken cancel)
    {
        IReadOnlyList<(int Id, string Role)> hosts = dashboard.Hosts();
        if (!hosts.Select(h => h.Role).Order().SequenceEqual(Roles))
            return $"processes: {string.Join(' ', hosts)}";
        Note();
        if (Held() is { Count: > 0 } held)
            return $"processes that hold sockets: {string.Join(' ', held)}";
        string[] files =
        [
            .. Directory
                .EnumerateFileSystemEntries(dashboard.Temporary)
                .Select(f => Path.GetFileName(f))
                .Where(f => !f.StartsWith($"reuseaddr-dashboard-{dashboard.Id}-", StringComparison.Ordinal)),
        ];
        if (files.Length > 0)
            return $"files: {string.Join(' ', files)}";
        var now = new Dictionary<string, string>();
        foreach ((int id, string role) in hosts.Where(h => h.Role != Dashboard.Keeper))
        {
            foreach (string table in (string[])["tcp", "tcp6"])
            {
                string[] rows =
                [
                    .. (await File.ReadAllLinesAsync($"/proc/{id}/net/{table}", cancel))
                        .Skip(1)
                        .Where(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [_, _, _, "06", ..]),
                ];
                if (rows.Length > 0)
                    return $"sockets of the {role}:\n{string.Join('\n', rows)}";
            }
            now[role] = await Inside(id, cancel);
        }
        _first ??= now;
        string? other = now.Keys.FirstOrDefault(role => now[role] != _first[role]);
        return other is null
            ? null
            : $"the {other} is not as it was:\n{string.Join('\n', now[other].Split('\n').Except(_first[other].Split('\n')))}\nbut was\n{string.Join('\n', _first[other].Split('\n').Except(now[other].Split('\n')))}";
    }

    /// <summary>What is left on the disk once the dashboard has ended.</summary>
    public IReadOnlyList<string> Files() => [.. Directory.EnumerateFileSystemEntries(dashboard.Temporary)];

    private List<int> Held()
    {
        var found = new List<int>();
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                // reuseaddr-agent hold PARENT
                string[] command = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0');
                if (
                    command is [var program, "hold", var parent, ..]
                    && program.EndsWith("reuseaddr-agent", StringComparison.Ordinal)
                    && _agents.Contains(int.Parse(parent, CultureInfo.InvariantCulture))
                )
                {
                    found.Add(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }
        return found;
    }

    private static async Task<string> Inside(int process, CancellationToken cancel)
    {
        string[] user = System.Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];
        using Process shell = Process.Start(
            new ProcessStartInfo("nsenter", ["--target", process.ToString(CultureInfo.InvariantCulture), .. user, "--net", "--", "sh", "-c", Environment])
            {
                RedirectStandardOutput = true,
            }
        )!;
        string said = await shell.StandardOutput.ReadToEndAsync(cancel);
        await shell.WaitForExitAsync(cancel);
        return said;
    }
}
