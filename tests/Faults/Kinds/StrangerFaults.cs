using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Faults.Kinds;

/// <summary>Programs of nobody's in the lab's own namespaces: on the lesson's port, as its client, and very many of them.</summary>
/// <param name="dashboard">Whose namespaces.</param>
/// <param name="start">Starts a lesson on a port and plays it, with so many milliseconds between two actions.</param>
/// <param name="port">A port that no lesson had.</param>
/// <param name="random">Chooses how long.</param>
/// <param name="cancel">The test ends.</param>
internal sealed class StrangerFaults(Dashboard dashboard, Func<string, int, int, Task> start, Func<int> port, Random random, CancellationToken cancel)
{
    private const int Flood = 2_000;

    private const string Rebind = "without-reuseaddr";

    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(2),
        Between = TimeSpan.FromMilliseconds(10);

    private static readonly IPAddress Server = IPAddress.Parse(LocalHostsContract.InNamespaces[1].Address);

    public IReadOnlyList<FaultKind> All =>
        [
            new("a stranger listens on the lesson's port", Listens),
            new("a stranger connects before the lesson's client", Connects),
            new("2,000 foreign connections on the lesson's port", Floods),
        ];

    private async Task<bool> Listens()
    {
        int taken = port();
        Socket? listener = null;
        bool entered = In(
            "server",
            () =>
            {
                listener = New();
                listener.Bind(new IPEndPoint(IPAddress.Any, taken));
                listener.Listen(1);
            }
        );
        if (!entered)
            return false;
        using (listener)
        {
            await start(Rebind, taken, 0);
            await Task.Delay(random.Next(500), cancel);
        }
        return true;
    }

    private async Task<bool> Connects()
    {
        int at = port();
        await start(Rebind, at, 80);
        Socket? stranger = null;
        var tried = Stopwatch.StartNew();
        In(
            "client",
            () =>
            {
                while (stranger is null && tried.Elapsed < Connecting)
                {
                    Socket one = New();
                    if (
                        Try(one, at)
                        && one.Poll(10_000, SelectMode.SelectWrite)
                        && (int)one.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0
                    )
                    {
                        stranger = one;
                    }
                    else
                    {
                        one.Dispose();
                    }
                    // Not a flood: that is another kind.
                    cancel.WaitHandle.WaitOne(Between);
                }
            }
        );
        await Task.Delay(random.Next(500), cancel);
        stranger?.Dispose();
        return stranger is not null;
    }

    private async Task<bool> Floods()
    {
        int at = port();
        await start(Rebind, at, 0);
        return In(
            "client",
            () =>
            {
                for (int i = 0; i < Flood; i++)
                {
                    using Socket one = New();
                    Try(one, at);
                }
            }
        );
    }

    private bool In(string role, Action inside) => dashboard.Agent(role) is > 0 and var agent && Kernel.In(agent, inside);

    // Closed by a reset, so that nothing stays behind.
    private static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0), Blocking = false };

    private static bool Try(Socket socket, int at)
    {
        try
        {
            socket.Connect(Server, at);
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress;
        }
    }
}
