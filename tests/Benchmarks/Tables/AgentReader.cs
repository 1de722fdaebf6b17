using System.Diagnostics;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Benchmarks.Tables;

/// <summary>The agent's own way to a table: SocketTable, TableScan, ProcNetTcp and SocketDiffer, watching <see cref="Crowd.WatchedPort"/>.</summary>
internal sealed unsafe class AgentReader : IDisposable
{
    private readonly SocketTable _table;
    private readonly TableScan _scan;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(SocketTable.ReadSize, pinned: true);
    private readonly int _fd;

    public AgentReader()
    {
        SocketDiffer differ = new(Told, _ => null);
        differ.Watch(new RowFilter([Crowd.WatchedPort], null, _ => false));
        _scan = new TableScan(differ);
        _table = SocketTable.Open("tcp", out int errno) ?? throw new InvalidOperationException($"/proc/net/tcp: {Errno.Name(errno)}");
        _fd = Libc.Open("/proc/thread-self/net/tcp", Constants.O_RDONLY | Constants.O_CLOEXEC);
    }

    /// <summary>Rows that were told as new: those on the watched port.</summary>
    public int RowsTold { get; private set; }

    public Cost ReadAndParse() =>
        Measured(() =>
        {
            int errno = _table.Read(_scan);
            if (errno != 0)
                throw new InvalidOperationException($"/proc/net/tcp: {Errno.Name(errno)}");
        });

    /// <summary>The same reads and nothing done with what they give: what no reader can undercut.</summary>
    public Cost ReadAlone() =>
        Measured(() =>
        {
            fixed (byte* buffer = _buffer)
            {
                for (nint offset = 0, count; (count = Libc.PRead(_fd, buffer, SocketTable.ReadSize, offset)) != 0; offset += count)
                {
                    if (count < 0)
                        throw new InvalidOperationException("pread of /proc/net/tcp failed.");
                }
            }
        });

    public void Dispose()
    {
        _table.Dispose();
        _ = Libc.Close(_fd);
    }

    private static Cost Measured(Action turn)
    {
        long start = Stopwatch.GetTimestamp(),
            cpu = KernelClock.ThreadCpu();
        turn();
        return new(KernelClock.ThreadCpu() - cpu, (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
    }

    private void Told(RunEvent e)
    {
        if (e is GapEvent gap)
            throw new InvalidOperationException($"The agent's reader left something out: {gap.Reason}");
        RowsTold++;
    }
}
