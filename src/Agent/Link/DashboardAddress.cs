using System.Net.Sockets;
using System.Net.WebSockets;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Link;

/// <summary>Where the dashboard is: <c>http://HOST:PORT</c>, <c>https://HOST:PORT</c> or <c>unix:/path</c>.</summary>
internal sealed class DashboardAddress
{
    /// <summary>sun_path has 108 octets with the closing zero (unix(7)).</summary>
    public const int MaxPath = 107;

    private DashboardAddress(Uri root, string? path) => (Root, Path) = (root, path);

    public Uri Root { get; }

    /// <summary>The Unix domain socket; null for none.</summary>
    public string? Path { get; }

    public static bool TryParse(string text, out DashboardAddress? address)
    {
        address = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            string path = text["unix:".Length..];
            if (path.StartsWith('/') && System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPath)
                address = new DashboardAddress(new Uri("http://localhost/"), path);
        }
        else if (
            Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "http" or "https", Host.Length: > 0, Query: "", Fragment: "", UserInfo: "" }
        )
        {
            address = new DashboardAddress(uri, null);
        }
        return address is not null;
    }

    /// <summary>The address of a hub.</summary>
    public Uri Hub(string route) => new(Root.AbsoluteUri.TrimEnd('/') + route);

    /// <summary>Opens a WebSocket, over the Unix domain socket where there is one.</summary>
    /// <param name="uri">The hub.</param>
    /// <param name="key">What to show there; null for nothing.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<WebSocket> ConnectAsync(Uri uri, string? key, CancellationToken cancel)
    {
        var handler = new SocketsHttpHandler { UseProxy = Path is null, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (Path is { } path)
        {
            handler.ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        // Never disposed: the handler owns the connection that the WebSocket lives on.
        var invoker = new HttpMessageInvoker(handler);
        var webSocket = new ClientWebSocket();
        if (key is not null)
            webSocket.Options.SetRequestHeader("Authorization", HubPaths.KeyScheme + key);
        try
        {
            await webSocket.ConnectAsync(uri, invoker, cancel);
            return webSocket;
        }
        catch
        {
            webSocket.Dispose();
            throw;
        }
    }

    public override string ToString() => Path is { } path ? $"unix:{path}" : Root.ToString();
}
