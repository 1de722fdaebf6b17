using System.Globalization;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>What the kernel says of a process and of every thread of it.</summary>
/// <param name="Id">The process.</param>
/// <param name="Role">What it is for: dashboard, starter, keeper, or the host whose agent it is.</param>
internal sealed record ProcessRights(int Id, string Role)
{
    public static ulong Bit(int capability) => 1ul << capability;

    /// <summary>The dashboard's process and all below it.</summary>
    public static IReadOnlyList<ProcessRights> Of(int dashboard) =>
        [new(dashboard, "dashboard"), .. ProcessTree.Below(dashboard).Select(p => new ProcessRights(p.Pid, RoleOf(p.Pid)))];

    /// <summary>The sets of capabilities that any of its threads has, and whether all have no_new_privs.</summary>
    public (ulong Usable, ulong Ever, bool NoNewPrivileges) Threads()
    {
        Dictionary<string, string>[] threads =
        [
            .. Directory.EnumerateDirectories($"/proc/{Id}/task").Select(t => Status(t + "/status")).OfType<Dictionary<string, string>>(),
        ];
        Assert.NotEmpty(threads);
        ulong All(params string[] sets) =>
            threads
                .SelectMany(t => sets.Select(s => ulong.Parse(t[s], NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
                .Aggregate(0ul, (all, set) => all | set);
        return (All("CapPrm", "CapEff", "CapInh", "CapAmb"), All("CapBnd"), threads.All(t => t["NoNewPrivs"] == "1"));
    }

    private static string RoleOf(int process)
    {
        string[] command = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        return command.Contains("local-hosts-starter") ? "starter"
            : command.Contains("local-hosts") ? "keeper"
            : Array.IndexOf(command, "--name") is >= 0 and var at ? command[at + 1]
            : command[0];
    }

    private static Dictionary<string, string>? Status(string path)
    {
        try
        {
            return File.ReadLines(path).Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }
}
