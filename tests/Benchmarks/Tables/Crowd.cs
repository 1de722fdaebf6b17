using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Benchmarks.Tables;

/// <summary>
/// Rows for /proc/net/tcp that stay as they are and need no file descriptor each: connections in the queue of a listener that never accepts, whose
/// client has closed (CLOSE-WAIT). Only for a network namespace of its own.
/// </summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>The port that the agent watches in this benchmark; a listener and ten connections are on it.</summary>
    public const int WatchedPort = 11111;

    private const int OnWatchedPort = 10,
        FirstPort = 20_000,
        FirstClientPort = 30_000;

    // Below the default of net.core.somaxconn, 4096 since Linux 5.4.
    private const int PerListener = 4000;

    private readonly List<Socket> _listeners = [];
    private int _queued;

    /// <summary>Adds rows until the table has exactly so many and stays so.</summary>
    public async Task Grow(int rows)
    {
        // The clients' ends wait in FIN-WAIT-2 for a FIN that never comes: for one second instead of 60.
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/tcp_fin_timeout", "1");
        for (int tries = 0, have = Count(); have != rows; tries++, have = await Settled())
        {
            // On a busy machine a connection may be reset while it is made.
            if (tries == 5 || have > rows)
                throw new InvalidOperationException($"/proc/net/tcp has {have} rows and not {rows}.");
            for (; have < rows; have++)
                Add();
        }
    }

    public void Dispose()
    {
        foreach (Socket listener in _listeners)
            listener.Dispose();
    }

    private static int Count() => File.ReadLines("/proc/thread-self/net/tcp").Count() - 1;

    /// <summary>The number of rows once it no longer changes.</summary>
    private static async Task<int> Settled()
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        int before = 0,
            same = 0,
            now;
        do
        {
            await timer.WaitForNextTickAsync();
            now = Count();
            same = now == before ? same + 1 : 0;
            before = now;
        } while (same < 3);
        return now;
    }

    private void Add()
    {
        if (_listeners.Count == 0)
            Listen(WatchedPort);
        else if (_queued == PerListener || _listeners.Count == 1 && _queued == OnWatchedPort)
            Listen(FirstPort + _listeners.Count);
        else
            Connect();
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
