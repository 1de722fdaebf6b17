using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;

namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary>
/// Ports that nobody has: bind of [::] without any option succeeds. Those that the kernel gives to outgoing connections come last, for any connect may take one
/// of them at any time.
/// </summary>
/// <param name="avoid">Ports that are never taken: those of open runs.</param>
internal sealed class FreePorts(IEnumerable<int> avoid)
{
    private const int First = 10_000,
        Last = 60_000,
        LeastUnprivileged = 1024;

    private readonly IEnumerator<ushort> _next = Candidates([.. avoid]).GetEnumerator();

    /// <summary>The next one; null when there is none any more.</summary>
    public ushort? Next()
    {
        while (_next.MoveNext())
        {
            if (IsFree(_next.Current))
                return _next.Current;
        }
        return null;
    }

    private static IEnumerable<ushort> Candidates(HashSet<int> avoid)
    {
        (int low, int high) = EphemeralRange();
        bool Given(int port) => port >= low && port <= high;
        int[] usual = [.. Enumerable.Range(First, Last - First + 1)],
            rest = [.. Enumerable.Range(LeastUnprivileged, First - LeastUnprivileged), .. Enumerable.Range(Last + 1, ushort.MaxValue - Last)];
        return usual.Where(p => !Given(p)).Concat(rest.Where(p => !Given(p))).Concat(usual.Where(Given)).Where(p => !avoid.Contains(p)).Select(p => (ushort)p);
    }

    private static (int Low, int High) EphemeralRange()
    {
        string[] ends = (TextFile.Sysctl("net.ipv4.ip_local_port_range") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
            ends.Length == 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int low)
            && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out int high)
            ? (low, high)
            : (32_768, 60_999);
    }

    private static bool IsFree(ushort port) => Binds(CellAddress.Dual, port) ?? Binds(CellAddress.V4, port) ?? false;

    // Null where the host has no such sockets. 127.0.0.1 does not meet every address of IPv4; a host without IPv6 has to do with that.
    private static bool? Binds(CellAddress address, ushort port)
    {
        bool v6 = address != CellAddress.V4;
        _ = SocketCalls.Socket(v6 ? SocketFamily.Inet6 : SocketFamily.Inet, out SocketFd? fd);
        if (fd is null)
            return null;
        using (fd)
        {
            if (v6)
                _ = SocketCalls.SetSockOpt(fd, Core.Tcp.SocketOption.V6Only, OptionValue.Of(0));
            return SocketCalls.Bind(fd, v6 ? MatrixRule.At(address, port) : Core.Tcp.TcpEndpoint.V4(0, port)).Errno switch
            {
                0 => true,
                Errno.EADDRINUSE or Constants.EACCES => false,
                _ => v6 ? null : false,
            };
        }
    }
}
