using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.EndToEnd;

namespace ReuseAddrDashboard.Benchmarks.Tables;

/// <summary>
/// Rows for /proc/net/tcp that stay as they are and need no file descriptor each: connections in the queue of a listener that never accepts, whose
/// client has closed (CLOSE-WAIT). Only for a network namespace of its own.
/// </summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>The port that the agent watches in this benchmark; a listener and ten connections are on it.</summary>
    public const int WatchedPort = 11111;

    private const int OnWatchedPort = 11, FirstPort = 20_000, FirstClientPort = 30_000;

    // Below the default of net.core.somaxconn, 4096 since Linux 5.4.
    private const int PerListener = 4000;

    private readonly List<Socket> _listeners = [];
    private int _queued;

    /// <summary>Rows that the table has once the clients' ends are gone.</summary>
    public int Rows { get; private set; }

    /// <summary>Adds rows up to so many and waits until the table has exactly these.</summary>
    public async Task Grow(int rows)
    {
        // The clients' ends wait in FIN-WAIT-2 for a FIN that never comes: for one second instead of 60.
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/tcp_fin_timeout", "1");
        while (Rows < rows)
        {
            if (_listeners.Count == 0)
                Listen(WatchedPort);
            else if (_queued == PerListener || _listeners.Count == 1 && Rows >= OnWatchedPort)
                Listen(FirstPort + _listeners.Count);
            else
                Connect();
            Rows++;
        }
        await Wait.Until(() => Task.FromResult(File.ReadLines("/proc/thread-self/net/tcp").Count() - 1 == rows), TimeSpan.FromSeconds(60),
            () => $"/proc/net/tcp has {File.ReadLines("/proc/thread-self/net/tcp").Count() - 1} rows and not {rows}.");
    }

    public void Dispose()
    {
        foreach (Socket listener in _listeners)
            listener.Dispose();
    }

    private void Listen(int port)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listeners.Add(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(4096);
        _queued = 0;
    }

    private void Connect()
    {
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // A port of its own for each: one the kernel chose a second time would meet its old peer and reset it.
        client.Bind(new IPEndPoint(IPAddress.Loopback, FirstClientPort + _queued++));
        client.Connect(_listeners[^1].LocalEndPoint!);
    }
}
