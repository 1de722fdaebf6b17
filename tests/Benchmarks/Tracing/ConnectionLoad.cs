using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Tracing;

/// <summary>
/// Whole connections over loopback, one after the other: connect, accept, the server closes, the client closes. By libc alone, so that little else is measured.
/// </summary>
internal sealed unsafe class ConnectionLoad : IDisposable
{
    public const ushort Port = 11_111;

    private readonly SocketFd _listener;
    private readonly TcpEndpoint _at;

    public ConnectionLoad(ushort port)
    {
        _at = TcpEndpoint.Of(IPAddress.Loopback, port);
        _listener = Make();
        byte* address = stackalloc byte[SockAddr.MaxSize];
        int on = 1;
        _ = Libc.SetSockOpt(_listener.Number, Constants.SOL_SOCKET, Constants.SO_REUSEADDR, &on, sizeof(int));
        Check(Libc.Bind(_listener.Number, address, SockAddr.Write(_at, address)));
        Check(Libc.Listen(_listener.Number, 128));
    }

    /// <summary>Makes so many connections as fast as it can.</summary>
    public void Run(int connections)
    {
        for (int i = 0; i < connections; i++)
            Once();
    }

    /// <summary>Makes connections at a steady rate; false when it could not keep up.</summary>
    public bool Run(int perSecond, TimeSpan length)
    {
        long start = Stopwatch.GetTimestamp();
        int all = (int)(perSecond * length.TotalSeconds);
        for (int i = 0; i < all; i++)
        {
            // Sleeping is coarser than the pace: what is due by now is made at once.
            while (Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond < i)
                _ = Libc.Poll(null, 0, 1);
            Once();
        }
        return Stopwatch.GetElapsedTime(start) < length * 1.05;
    }

    public void Dispose() => _listener.Dispose();

    private void Once()
    {
        using SocketFd client = Make();
        byte* address = stackalloc byte[SockAddr.MaxSize];
        Check(Libc.Connect(client.Number, address, SockAddr.Write(_at, address)));
        using (var accepted = new SocketFd(Libc.Accept4(_listener.Number, null, null, Constants.SOCK_CLOEXEC)))
            Check(accepted.Number);
    }

    private static SocketFd Make()
    {
        var socket = new SocketFd(Libc.Socket(Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, 0));
        Check(socket.Number);
        return socket;
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }
}
