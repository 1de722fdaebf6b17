using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.LocalHosts;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>A network namespace with its trace.</summary>
internal sealed class TracedHost : IDisposable
{
    private readonly List<RunEvent> _told = [];
    private readonly TraceSource _source;

    private TracedHost(TraceTap tap) =>
        _source = new TraceSource(
            tap,
            e =>
            {
                if (IsOfAnybody(e))
                    return;
                lock (_told)
                    _told.Add(e);
            }
        );

    /// <summary>A gap of which some other program on this machine may be the cause.</summary>
    public static bool IsOfAnybody(RunEvent e) => e is GapEvent gap && gap.Reason.Code == TraceSource.PassedOver;

    /// <summary>In the namespace of that thread, watching the port.</summary>
    public static Task<TracedHost> On(HostThread thread, int port) => thread.Run(() => Here(port));

    /// <summary>In the caller's namespace, watching the port.</summary>
    public static TracedHost Here(int port, RowFilter? filter = null)
    {
        TraceTap? tap = TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out KernelRefusal? refusal);
        Assert.True(tap is not null, $"{refusal}");
        return Of(tap, port, filter);
    }

    /// <summary>With this trace, from now on the host's to end.</summary>
    public static TracedHost Of(TraceTap tap, int port, RowFilter? filter = null)
    {
        var host = new TracedHost(tap);
        host._source.Watch(filter ?? new RowFilter([port], null, _ => true));
        return host;
    }

    public void Look() => _source.Look(ordered: true);

    public IReadOnlyList<RunEvent> All
    {
        get
        {
            lock (_told)
                return [.. _told];
        }
    }

    public IReadOnlyList<StateEvent> States => [.. All.OfType<StateEvent>()];

    /// <summary>What became of the sockets with this local port, like <c>ESTAB FIN-WAIT-1</c>: a state before, the one after.</summary>
    public IEnumerable<string> Changes(int local) =>
        States.Where(e => e.Socket.Local.Port == local).Select(e => $"{e.From?.Name() ?? "-"} {e.To?.Name() ?? "-"}");

    /// <summary>Looks until it was told.</summary>
    public async Task<StateEvent> Until(Func<StateEvent, bool> wanted, bool look = true)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (look)
                Look();
            if (States.FirstOrDefault(wanted) is { } found)
                return found;
            await Task.Yield();
            Assert.False(limit.IsCancellationRequested, $"It did not come. What came: {string.Join('\n', All)}");
        }
    }

    public void Dispose() => _source.Dispose();

    public static Socket Listener(IPAddress at, int port)
    {
        var listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(at, port));
        listener.Listen(50);
        return listener;
    }

    public static Socket Connected(IPAddress to, int port, int from = 0)
    {
        var client = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (from != 0)
            client.Bind(new IPEndPoint(to.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, from));
        client.Connect(to, port);
        return client;
    }
}
