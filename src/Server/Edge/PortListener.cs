using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>The socket that listens on a port of this machine, and the program that has it where this user may see that.</summary>
/// <param name="Local">Where it listens.</param>
/// <param name="Uid">Whose it is.</param>
/// <param name="Process">The process that has it open; null where that cannot be seen.</param>
/// <param name="Program">The name of that process.</param>
internal sealed record PortListener(TcpEndpoint Local, uint Uid, int? Process, string? Program)
{
    /// <summary>The one in the way of an address, from /proc/net/tcp and tcp6 and /proc/PID/fd; null where none is seen.</summary>
    public static PortListener? Find(TcpEndpoint wanted)
    {
        foreach (SocketRow row in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(Listeners).Where(r => Overlaps(r.Local, wanted)))
        {
            int? process = HasOpen($"socket:[{row.Inode.ToString(CultureInfo.InvariantCulture)}]");
            return new(row.Local, row.Uid, process, process is { } pid ? Name(pid) : null);
        }
        return null;
    }

    private static IEnumerable<SocketRow> Listeners(string table)
    {
        foreach (string line in File.ReadLines(table))
        {
            if (ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(line), out SocketRow row) && row.State == TcpState.Listen)
                yield return row;
        }
    }

    private static bool Overlaps(TcpEndpoint one, TcpEndpoint other) =>
        one.Port == other.Port && (one.IsWildcard || other.IsWildcard || one.Unmapped() == other.Unmapped());

    private static int? HasOpen(string socket)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        foreach (string process in Directory.EnumerateDirectories("/proc", "*", options))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                continue;
            try
            {
                if (Directory.EnumerateFileSystemEntries($"{process}/fd", "*", options).Any(fd => new FileInfo(fd).LinkTarget == socket))
                    return pid;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // It has just ended, or is another user's.
            }
        }
        return null;
    }

    private static string Name(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/comm").Trim();
        }
        catch (IOException)
        {
            return "?";
        }
    }
}
