using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>A process as /proc shows it.</summary>
internal sealed record ProcessCpu(int Pid, string Name)
{
    private const int ClockTicksPerSecond = 2; // _SC_CLK_TCK

    private static readonly double Ticks = Libc.SysConf(ClockTicksPerSecond);

    /// <summary>The agents below the server, by the name of their host; local-hosts under that name.</summary>
    public static IReadOnlyList<ProcessCpu> Agents(int server) =>
        [.. ProcessTree.Below(server).Select(p => Agent(p.Pid)).OfType<ProcessCpu>().OrderBy(p => p.Name)];

    /// <summary>utime and stime of all its threads so far, seconds.</summary>
    public double Seconds()
    {
        string stat = File.ReadAllText($"/proc/{Pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / Ticks;
    }

    /// <summary>CPU time of one reading of both socket tables of its network namespace, without parsing, in microseconds: the median of many.</summary>
    public double ReadingCost()
    {
        var costs = new double[200];
        for (int i = 0; i < costs.Length; i++)
        {
            long before = KernelClock.ThreadCpu();
            Drain("tcp");
            Drain("tcp6");
            costs[i] = (KernelClock.ThreadCpu() - before) / 1000.0;
        }
        return Report.Statistics.Median(costs);
    }

    private unsafe void Drain(string table)
    {
        int fd = Libc.Open($"/proc/{Pid}/net/{table}", Constants.O_RDONLY | Constants.O_CLOEXEC);
        if (fd < 0)
            return; // A host without IPv6.
        byte* buffer = stackalloc byte[4096];
        for (nint offset = 0, count; (count = Libc.PRead(fd, buffer, 4096, offset)) > 0; )
            offset += count;
        _ = Libc.Close(fd);
    }

    private static ProcessCpu? Agent(int pid)
    {
        string[] command = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (!command.Any(word => Path.GetFileNameWithoutExtension(word) == "reuseaddr-agent" || Path.GetFileName(word) == "reuseaddr-agent"))
            return null;
        int name = Array.IndexOf(command, "--name");
        return new(pid, name >= 0 && name + 1 < command.Length ? command[name + 1] : "local-hosts");
    }
}
