using System.Globalization;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

/// <summary>What the agent tells of the sockets on a port is what ss prints of them at the same moment.</summary>
public sealed class RowsAgainstSsTests
{
    [Fact]
    public async Task Rows_are_those_of_ss_at_every_stage()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free());
        await agent.Watch(at.Port);
        await agent.Listener("lfd", at);
        await Same(agent, at.Port);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await Same(agent, at.Port);
        await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await agent.Call("afd", SocketCall.Write, c => c with { Length = 1000 });
        await Same(agent, at.Port);
        await agent.Call("cfd", SocketCall.Read);
        await agent.Call("afd", SocketCall.Close);
        await Same(agent, at.Port);
        await agent.Call("cfd", SocketCall.Close);
        await agent.Until(at, TcpState.TimeWait);
        await Same(agent, at.Port);
        await agent.Call("lfd", SocketCall.Close);
        await Same(agent, at.Port);
        Assert.Equal([TcpState.TimeWait], Now(agent).Values.Select(r => r.To!.Value));
    }

    // The rows that are there after everything told so far.
    private static Dictionary<(TcpEndpoint, TcpEndpoint), SocketEvent> Now(AgentRig agent)
    {
        var rows = new Dictionary<(TcpEndpoint, TcpEndpoint), SocketEvent>();
        foreach (SocketEvent row in agent.Rows)
        {
            if (row.To is null)
                rows.Remove((row.Local, row.Remote));
            else
                rows[(row.Local, row.Remote)] = row;
        }
        return rows;
    }

    private static async Task Same(AgentRig agent, int port)
    {
        // A delayed ACK may come between the two looks: then both are taken once more.
        for (int attempt = 0; ; attempt++)
        {
            await agent.Look();
            string[] ours = [.. Now(agent).Values.Select(Line).Order(StringComparer.Ordinal)];
            string[] theirs =
            [
                .. CProgram
                    .Tool("ss", "-Hant4o", $"( sport = :{port} or dport = :{port} )")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(Line)
                    .Order(StringComparer.Ordinal),
            ];
            if (attempt == 20 || ours.SequenceEqual(theirs))
            {
                Assert.Equal(theirs, ours);
                return;
            }
        }
    }

    // ss shows a listener's backlog as Send-Q and its peer as 0.0.0.0:*.
    private static string Line(SocketEvent row) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"{row.To!.Value.Name()} {row.RecvQ} {(row.To == TcpState.Listen ? (uint)row.Backlog!.Value : row.SendQ)} {row.Local} {row.Remote.ToString().Replace(":0", ":*", StringComparison.Ordinal)} {row.Timer?.Kind.ToString().ToLowerInvariant()}"
            )
            .Trim();

    private static string Line(string ss)
    {
        string[] f = ss.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string timer = f.Length > 5 && f[5].StartsWith("timer:(", StringComparison.Ordinal) ? f[5]["timer:(".Length..].Split(',')[0] : "";
        return string.Join(' ', [.. f[..5], timer]).Trim();
    }
}
