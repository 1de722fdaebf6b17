using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
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
        using AgentProcess process = AgentProcess.Start(
            ["--dashboard", dashboard.Address, "--name", "server"],
            "strace",
            "-f",
            "-o",
            _trace,
            "-e",
            StraceLog.Calls
        );
        IAgentClient agent = await dashboard.Agent();
        int port = Ports.Free();
        TcpEndpoint at = v6 ? TcpEndpoint.V6(1, (ushort)port) : TcpEndpoint.V4(0x7f00_0001, (ushort)port);
        long id = 0;
        async Task Call(string socket, SocketCall call, Func<CallOrder, CallOrder>? with = null)
        {
            var order = new CallOrder
            {
                Id = ++id,
                Run = "r",
                Socket = socket,
                Call = call,
                Family = v6 ? SocketFamily.Inet6 : SocketFamily.Inet,
            };
            await agent.CarryOut(with is null ? order : with(order));
            IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(id);
            Assert.True(items[^1].Refused is null, $"{items[^1].Refused} {string.Join(", ", dashboard.Ledger.Items)}");
        }
        async Task Set(string socket, SocketOption option, OptionValue value) =>
            await Call(socket, SocketCall.SetSockOpt, c => c with { Option = option, Value = value });

        await Call("ofd", SocketCall.Socket);
        await Call("ofd", SocketCall.GetSockName);
        foreach (SocketOption option in SocketOption.Known.Keys)
        {
            await Call("ofd", SocketCall.GetSockOpt, c => c with { Option = option });
            foreach (int value in (int[])[1, 0, 2])
            {
                await Set(
                    "ofd",
                    option,
                    option.Kind switch
                    {
                        OptionKind.Linger => OptionValue.Linger(value > 0, value),
                        OptionKind.Timeval => OptionValue.Timeval(value * 1500),
                        _ => OptionValue.Of(value),
                    }
                );
            }
        }
        // A close that lingers would run beside the others.
        await Set("ofd", SocketOption.Linger, OptionValue.Linger(false, 0));
        // By number: one that strace knows, and in each level one that nobody knows.
        foreach (SocketOption option in (SocketOption[])[new(1, 6), new(1, 999), new(6, 99), new(0, 200), new(41, 250), new(99, 7)])
            await Set("ofd", option, OptionValue.Of(-1));

        await Call("lfd", SocketCall.Socket);
        await Set("lfd", SocketOption.ReuseAddr, OptionValue.Of(1));
        if (v6)
            await Set("lfd", SocketOption.V6Only, OptionValue.Of(1));
        await Call("lfd", SocketCall.Bind, c => c with { Address = at });
        await Call("lfd", SocketCall.GetSockName);
        await Call("lfd", SocketCall.Listen, c => c with { Backlog = 5 });
        await Call("cfd", SocketCall.Socket);
        await Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await Call("afd", SocketCall.Write, c => c with { Length = 100 });
        await Call("cfd", SocketCall.Read);
        await Call("cfd", SocketCall.Recv, c => c with { DontWait = true });
        await Call("cfd", SocketCall.Send, c => c with { Octets = "one\0two\u00ff"u8.ToArray() });
        await Call("cfd", SocketCall.Send, c => c with { Length = 33, DontWait = true });
        await Call("afd", SocketCall.Recv, c => c with { Length = 3 });
        await Call("afd", SocketCall.Recv, c => c with { DontWait = true });
        await Call("afd", SocketCall.Shutdown, c => c with { How = ShutdownHow.Write });
        await Call("afd", SocketCall.Shutdown, c => c with { How = ShutdownHow.Read });
        await Call("cfd", SocketCall.Read);
        await Call("rfd", SocketCall.Socket);
        await Call("rfd", SocketCall.Bind, c => c with { Address = at });
        await Call("rfd", SocketCall.Accept4, c => c with { Accepted = "bfd" });
        await Call("rfd", SocketCall.Read);
        await Call("rfd", SocketCall.Recv, c => c with { DontWait = true });
        await Call("rfd", SocketCall.Send, c => c with { DontWait = true, Length = 4 });
        await Call("rfd", SocketCall.Write, c => c with { Octets = [1, 2, (byte)'3'] });
        await Call("rfd", SocketCall.Shutdown, c => c with { How = ShutdownHow.Both });
        await Set("cfd", SocketOption.Linger, OptionValue.Linger(true, 0));
        await Call("cfd", SocketCall.Close);
        await Call("afd", SocketCall.Read);
        await agent.CarryOut(new CloseRunOrder { Id = ++id, Run = "r" });
        await dashboard.Ledger.Until(id);
        process.Signal("TERM", dashboard.Ledger.Hellos.Single().Facts.Pid);
        Assert.Equal(0, await process.Ended());

        CallEvent[] told = [.. dashboard.Ledger.Items.Select(i => i.Event).OfType<CallEvent>()];
        Assert.True(told.Length > 150);
        Assert.Equal(told.Select(StraceLine.Write), StraceLog.Lesson(_trace, StraceLine.Arguments(told[0])));
    }
}
