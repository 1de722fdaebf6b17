using System.Text;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary>A socket as the kernel's tables show it.</summary>
internal readonly record struct PortRow(TcpState State, TcpEndpoint Local, TcpEndpoint Remote);

/// <summary>What the kernel says of ports: by sock_diag, or by /proc where that has none of TCP (its module is not there, or not loaded).</summary>
internal sealed class PortTable : IDisposable
{
    /// <summary>Ports that are asked for at once, at most.</summary>
    public const int MaxPorts = Core.Wire.WatchOrder.MaxPorts;

    private readonly SockDiag? _diag = SockDiag.Open(out _);

    /// <summary>For SOCK_DESTROY; null where there is none.</summary>
    public SockDiag? Diag => _diag;

    /// <summary>The sockets whose own port is one of these; null where no table can be read.</summary>
    /// <param name="ports">1 to <see cref="MaxPorts"/>.</param>
    public ILookup<ushort, PortRow>? Read(IReadOnlyCollection<ushort> ports) => (FromDiag(ports) ?? FromProc(ports))?.ToLookup(r => r.Local.Port);

    public void Dispose() => _diag?.Dispose();

    private List<PortRow>? FromDiag(IReadOnlyCollection<ushort> ports)
    {
        var found = new List<DiagSocket>();
        if (_diag is null || _diag.Dump([.. ports], uint.MaxValue, found) != 0)
            return null;
        return [.. found.Where(s => ports.Contains(s.Pair.Local.Port)).Select(s => new PortRow(s.State, s.Pair.Local, s.Pair.Remote))];
    }

    private static List<PortRow>? FromProc(IReadOnlyCollection<ushort> ports)
    {
        var found = new List<PortRow>();
        bool any = false;
        foreach (string table in (string[])["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"])
        {
            string[] lines = TextFile.Lines(table);
            any |= lines.Length > 0;
            foreach (string line in lines)
            {
                if (ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(line), out SocketRow row) && ports.Contains(row.Local.Port))
                    found.Add(new(row.State, row.Local, row.Remote));
            }
        }
        return any ? found : null;
    }
}
