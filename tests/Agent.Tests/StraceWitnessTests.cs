using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests;

/// <summary>strace looks at the agent and must have seen exactly the calls that the agent tells, with the same arguments and results.</summary>
public sealed class StraceWitnessTests : IDisposable
{
    private readonly string _trace = Path.Combine(Directory.CreateTempSubdirectory("reuseaddr-strace-").FullName, "trace");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_trace)!, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_agent_tells_is_what_strace_saw(bool v6)
    {
        CProgram.Tool("strace", "--version");
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"],
            "strace", "-f", "-o", _trace, "-e", StraceLog.Calls);
        IAgentClient agent = await dashboard.Agent();
        int port = Ports.Free();
        Endpoint at = v6 ? Endpoint.V6(1, (ushort)port) : Endpoint.V4(0x7f00_0001, (ushort)port);
        long id = 0;
        async Task Call(string socket, SocketCall call, Func<SocketCommand, SocketCommand>? with = null)
        {
            var command = new SocketCommand { Id = ++id, Run = "r", Socket = socket, Call = call, V6 = v6 };
            await agent.Call(with is null ? command : with(command));
            IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(id);
            Assert.True(items[^1].Refused is null, $"{items[^1].Refused} {string.Join(", ", dashboard.Ledger.Items)}");
        }

        await Call("lfd", SocketCall.Socket);
        await Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.ReuseAddr });
        await Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.ReusePort, Value = 0 });
        if (v6)
            await Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.V6Only });
        await Call("lfd", SocketCall.Bind, c => c with { Address = at });
        await Call("lfd", SocketCall.Listen, c => c with { Backlog = 5 });
        await Call("cfd", SocketCall.Socket);
        await Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await Call("afd", SocketCall.Write, c => c with { Length = 100 });
        await Call("cfd", SocketCall.Read);
        await Call("afd", SocketCall.Shutdown, c => c with { How = 1 });
        await Call("cfd", SocketCall.Read);
        await Call("rfd", SocketCall.Socket);
        await Call("rfd", SocketCall.Bind, c => c with { Address = at });
        await Call("rfd", SocketCall.Accept4, c => c with { Accepted = "bfd" });
        await Call("rfd", SocketCall.Read);
        await Call("cfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.Linger, Value = 0 });
        await Call("cfd", SocketCall.Close);
        await Call("afd", SocketCall.Read);
        await agent.CloseAll(++id);
        await dashboard.Ledger.Until(id);
        process.Signal("TERM", dashboard.Ledger.Hellos.Single().Facts.Pid);
        Assert.Equal(0, await process.Ended());

        CallEvent[] told = [.. dashboard.Ledger.Items.Select(i => i.Event).OfType<CallEvent>()];
        Assert.True(told.Length > 20);
        Assert.Equal(told.Select(Line), StraceLog.Lesson(_trace, told[0].Args));
    }

    private static string Line(CallEvent call) => $"{call.Call}({call.Args}) = {call.Result}{(call.Errno is null ? "" : $" {call.Errno} ({call.ErrnoText})")}";
}
