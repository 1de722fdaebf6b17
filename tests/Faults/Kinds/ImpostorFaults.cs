using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Fuzz;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Faults.Kinds;

/// <summary>
/// Agents that are none of the lab's: with a wrong key over the network, and in the seat of one that was killed, with reports that are nearly right.
/// </summary>
internal sealed class ImpostorFaults(Dashboard dashboard, Random random, CancellationToken cancel)
{
    private readonly Mutations _mutations = new(random.Next());

    public IReadOnlyList<FaultKind> All =>
        [
            new("an agent with a wrong key", () => Talk(new(dashboard.Url.Replace("http://", "ws://", StringComparison.Ordinal) + HubPaths.Agent), null)),
            new(
                "an impostor with mutated reports in the seat of a killed agent",
                async () =>
                {
                    DashboardProcess.Signal(dashboard.Agent("server"), DashboardProcess.Sigkill);
                    return dashboard.AgentSocket() is { } path && await Talk(new("ws://localhost" + HubPaths.Agent), path);
                }
            ),
        ];

    private async Task<bool> Talk(Uri hub, string? path)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", HubPaths.KeyScheme + "wrong");
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                ConnectCallback = path is null
                    ? null
                    : async (_, cancelled) =>
                    {
                        var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                        await unix.ConnectAsync(new UnixDomainSocketEndPoint(path), cancelled);
                        return new NetworkStream(unix, ownsSocket: true);
                    },
            }
        );
        try
        {
            await socket.ConnectAsync(hub, http, cancel);
            await Send(socket, """{"protocol":"json","version":1}""");
            var says = new AgentMessages("server", _mutations);
            await Send(socket, says.Hello().ToJsonString());
            for (int i = 0; i < 30 && socket.State == WebSocketState.Open; i++)
            {
                JsonNode message = says.Report();
                if (_mutations.Once(2))
                    _mutations.Change(message);
                await Send(socket, message.ToJsonString());
            }
        }
        catch (WebSocketException)
        {
            // It was cut off.
        }
        // Without a close frame.
        socket.Abort();
        return true;
    }

    private Task Send(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, cancel);
}
