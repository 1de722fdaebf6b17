using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Checks;

/// <summary>Who has a port: its sockets from sock_diag, or /proc where there is none, and the programs that have them open from /proc/PID/fd.</summary>
internal static class PortHolders
{
    /// <summary>Those in the way of a lesson first; the rest is counted.</summary>
    /// <param name="port">1 to 65535.</param>
    /// <param name="isOwn">Whether an inode is of a socket of a run.</param>
    public static (IReadOnlyList<PortHolder> Holders, int More) Find(ushort port, Func<ulong, bool> isOwn)
    {
        PortHolder[] all =
        [
            .. (FromDiag(port) ?? FromProc(port)).OrderBy(h =>
                h.State switch
                {
                    TcpState.Listen => 0,
                    TcpState.BoundInactive => 1,
                    TcpState.TimeWait => 3,
                    _ => 2,
                }
            ),
        ];
        PortHolder[] told = all.Length > HostCheck.MaxHolders ? all[..HostCheck.MaxHolders] : all;
        Dictionary<ulong, (int Pid, string Program)> owners = Owners([.. told.Select(h => h.Inode).Where(i => i != 0)]);
        IReadOnlyDictionary<uint, string> users = told.Length == 0 ? new Dictionary<uint, string>() : UserNames.Read();
        return ([.. told.Select(h => Named(h, users.GetValueOrDefault(h.Uid)))], all.Length - told.Length);

        PortHolder Named(PortHolder holder, string? user)
        {
            holder = holder with { User = user, Own = holder.Inode != 0 && isOwn(holder.Inode) };
            return owners.TryGetValue(holder.Inode, out (int Pid, string Program) owner) ? holder with { Pid = owner.Pid, Program = owner.Program } : holder;
        }
    }

    private static List<PortHolder>? FromDiag(ushort port)
    {
        using SockDiag? diag = SockDiag.Open(out _);
        var found = new List<DiagSocket>();
        if (diag is null || diag.Dump([port], uint.MaxValue, found) != 0)
            return null;
        return
        [
            .. found
                .Where(s => s.Pair.Local.Port == port)
                .Select(s => new PortHolder
                {
                    State = s.State,
                    Local = s.Pair.Local,
                    Remote = s.Pair.Remote.Port == 0 ? null : s.Pair.Remote,
                    Uid = s.Uid,
                    Inode = s.Inode,
                    V6Only = s.V6Only,
                    Timer = EndsBy(s.State, s.Inode, s.Timer),
                    Waiting = s.State == TcpState.Listen ? s.RecvQ : 0,
                    Backlog = s.State == TcpState.Listen ? s.SendQ : null,
                }),
        ];
    }

    private static List<PortHolder> FromProc(ushort port)
    {
        int ticks = (int)Libc.SysConf(Constants._SC_CLK_TCK);
        var found = new List<PortHolder>();
        foreach (string table in (string[])["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"])
        {
            if (!File.Exists(table))
                continue;
            foreach (string line in File.ReadLines(table))
            {
                if (ProcNetTcp.TryParse(System.Text.Encoding.ASCII.GetBytes(line), out SocketRow row) && row.Local.Port == port)
                {
                    found.Add(
                        new()
                        {
                            State = row.State,
                            Local = row.Local,
                            Remote = row.Remote.Port == 0 ? null : row.Remote,
                            Uid = row.Uid,
                            Inode = row.Inode,
                            Timer = EndsBy(row.State, row.Inode, row.Timer(ticks)),
                            Waiting = row.State == TcpState.Listen ? row.RxQueue : 0,
                        }
                    );
                }
            }
        }
        return found;
    }

    // The timer of a socket that a process holds says when it sends again, not when it goes.
    private static SocketTimer? EndsBy(TcpState state, ulong inode, SocketTimer? timer) => state == TcpState.TimeWait || inode == 0 ? timer : null;

    // What this agent may not look into is passed over: the process of another user, or one with a capability that the agent has not (ptrace(2),
    // PTRACE_MODE_READ); one that
    // has just ended. CAP_SYS_PTRACE, which opens them all, would also let it read their memory: it is not kept for a name.
    private static Dictionary<ulong, (int, string)> Owners(HashSet<ulong> inodes)
    {
        var owners = new Dictionary<ulong, (int, string)>();
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        foreach (string process in inodes.Count == 0 ? [] : Directory.EnumerateDirectories("/proc", "*", options))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                continue;
            try
            {
                foreach (string fd in Directory.EnumerateFileSystemEntries($"{process}/fd", "*", options))
                {
                    ulong inode = SocketNames.InodeOf(fd);
                    if (inodes.Contains(inode) && owners.TryAdd(inode, (pid, Name(process))) && owners.Count == inodes.Count)
                        return owners;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
        return owners;
    }

    private static string Name(string process)
    {
        string name = File.ReadAllText($"{process}/comm").Trim();
        return name.Length is > 0 and <= 64 ? name : "?";
    }
}
