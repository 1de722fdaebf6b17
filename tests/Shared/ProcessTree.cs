namespace ReuseAddrDashboard.Tests.Shared;

/// <summary>Processes as /proc shows them.</summary>
internal static class ProcessTree
{
    /// <summary>Children and their children, with their start times.</summary>
    public static IReadOnlyList<(int Pid, string Started)> Below(int root)
    {
        List<(int Pid, int Parent, string Started)> all =
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .Select(name => int.TryParse(name, out int pid) ? Stat(pid) : null)
                .OfType<(int, int, string)>(),
        ];
        List<(int, string)> found = [];
        Queue<int> parents = new([root]);
        while (parents.TryDequeue(out int parent))
        {
            foreach ((int pid, _, string started) in all.Where(process => process.Parent == parent))
            {
                found.Add((pid, started));
                parents.Enqueue(pid);
            }
        }
        return found;
    }

    public static bool Lives((int Pid, string Started) process) => Stat(process.Pid) is { } now && now.Started == process.Started;

    // "123 (name) S ppid ...": fields after the name, of which the 20th is starttime; a zombie is gone already.
    private static (int Pid, int Parent, string Started)? Stat(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : (pid, int.Parse(fields[1]), fields[19]);
        }
        catch (IOException)
        {
            return null; // It ended meanwhile.
        }
    }
}
