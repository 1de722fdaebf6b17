using System.Net.Sockets;
using System.Text;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Tells systemd how the agent is (sd_notify(3)), where systemd started it with Type=notify. A datagram is all it takes.</summary>
internal static class ServiceManager
{
    public const string Variable = "NOTIFY_SOCKET";

    public static void Ready() => Notify("READY=1");

    public static void Stopping() => Notify("STOPPING=1");

    private static void Notify(string state)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not ['/' or '@', _, ..] path)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An abstract name begins with a zero, and with @ where it is written down.
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"reuseaddr-agent: {Variable} cannot be told of {state}: {e.Message}");
        }
    }
}
