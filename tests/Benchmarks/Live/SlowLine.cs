using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>
/// A TCP proxy before a server: all connections together get so many octets a second from it, or none any more, as on a network that is lost.
/// </summary>
internal sealed class SlowLine : IAsyncDisposable
{
    // Larger pieces would come in bursts, smaller ones cost more than they carry.
    private const int Piece = 16 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _line = new(1);
    private readonly int _server;
    private readonly double _perSecond;
    private readonly Task _accepting;

    /// <param name="server">The server's address.</param>
    /// <param name="perSecond">Octets a second.</param>
    public SlowLine(string server, double perSecond)
    {
        (_server, _perSecond) = (new Uri(server).Port, perSecond);
        _listener.Start();
        _accepting = Accept();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>From now on nothing arrives at either end, and nobody is told.</summary>
    public bool Lost { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // It ends.
        }
    }

    private async Task Serve(TcpClient from)
    {
        using TcpClient client = from,
            server = new() { ReceiveBufferSize = Piece };
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            await Task.WhenAny(Copy(client, server, slow: false), Copy(server, client, slow: true));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // One of the two has gone.
        }
    }

    private async Task Copy(TcpClient from, TcpClient to, bool slow)
    {
        byte[] piece = new byte[Piece];
        while (await from.GetStream().ReadAsync(piece, _end.Token) is > 0 and var length)
        {
            if (Lost)
                await Task.Delay(Timeout.Infinite, _end.Token);
            if (slow)
            {
                await _line.WaitAsync(_end.Token);
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(length / _perSecond), _end.Token);
                }
                finally
                {
                    _line.Release();
                }
            }
            await to.GetStream().WriteAsync(piece.AsMemory(0, length), _end.Token);
        }
    }
}
