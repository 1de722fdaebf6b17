using System.Globalization;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Tests;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Programs;

/// <summary>Programs end as processes do, on the real kernel, in namespaces of their own.</summary>
public sealed class ProgramEndTests
{
    private const ushort Port = 11111;
    private static readonly TcpEndpoint At = TcpEndpoint.V4(0x7f00_0001, Port);

    // Both ends of a connection and its listener in one program: which end is left in TIME-WAIT says which the kernel closed first.
    private static async Task Both(AgentRig agent)
    {
        await agent.Watch(Port);
        await agent.Call("lfd", SocketCall.Socket, c => c with { Program = "both" });
        Assert.Null((await agent.Call("lfd", SocketCall.Bind, c => c with { Program = "both", Address = At })).Errno);
        await agent.Call("lfd", SocketCall.Listen, c => c with { Program = "both", Backlog = 5 });
        await agent.Call("cfd", SocketCall.Socket, c => c with { Program = "both" });
        await agent.Call("cfd", SocketCall.Connect, c => c with { Program = "both", Address = At });
        await agent.Call("lfd", SocketCall.Accept4, c => c with { Program = "both", Accepted = "afd" });
    }

    [Fact]
    public Task Killed_it_leaves_its_sockets_to_the_kernel_the_highest_first() =>
        Leaves(nameof(Killed_it_leaves_its_sockets_to_the_kernel_the_highest_first), kill: true);

    [Fact]
    public Task Exiting_it_leaves_its_sockets_to_the_kernel_the_highest_first() =>
        Leaves(nameof(Exiting_it_leaves_its_sockets_to_the_kernel_the_highest_first), kill: false);

    private static Task Leaves(string test, bool kill) =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), test),
            async () =>
            {
                using var agent = new AgentRig();
                await Both(agent);
                ProgramEvent ended = Assert.Single(
                    await agent.Events<ProgramEvent>(
                        new EndProgramOrder
                        {
                            Program = "both",
                            Kill = kill,
                            Instance = 3,
                            Sockets = ["lfd", "cfd", "afd", "gone"],
                        }
                    )
                );

                Assert.Equal(("both", 3, kill ? ProgramChange.Killed : ProgramChange.Exited), (ended.Program, ended.Instance, ended.Change));
                Assert.Equal(["afd", "cfd", "lfd"], ended.Sockets);
                Assert.False(Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{ended.Pid}")));
                // The accepted one had the highest number, so it closed first.
                await agent.Until(At, TcpState.TimeWait);
                Assert.Equal($"TIME-WAIT {At}", await Sockets());
                Assert.Equal(AgentCodes.NoSuchSocket, (await agent.Refused("lfd", SocketCall.Listen)).Code);
                Assert.DoesNotContain(agent.All.Select(i => i.Event).OfType<CallEvent>(), c => c.Call is "close" or "shutdown");
            }
        );

    [Fact]
    public Task A_number_that_was_given_back_is_given_again() =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), nameof(A_number_that_was_given_back_is_given_again)),
            async () =>
            {
                using var agent = new AgentRig();
                foreach (string name in (string[])["a", "b", "c"])
                    await agent.Call(name, SocketCall.Socket, c => c with { Program = "p" });
                await agent.Call("x", SocketCall.Socket, c => c with { Program = "other" });
                await agent.Call("a", SocketCall.Close, c => c with { Program = "p" });
                await agent.Call("d", SocketCall.Socket, c => c with { Program = "p" });
                Assert.Equal(["c", "b", "d"], Assert.Single(await agent.Events<ProgramEvent>(new EndProgramOrder { Program = "p" })).Sockets);
                await agent.Call("x", SocketCall.GetSockName);
            }
        );

    [Fact]
    public Task Killed_with_unread_data_it_resets_the_connection() =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), nameof(Killed_with_unread_data_it_resets_the_connection)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                foreach (
                    (string socket, SocketCall call, Func<CallOrder, CallOrder> with) in (IEnumerable<(string, SocketCall, Func<CallOrder, CallOrder>)>)
                        [
                            ("lfd", SocketCall.Socket, c => c),
                            ("lfd", SocketCall.Bind, c => c with { Address = At }),
                            ("lfd", SocketCall.Listen, c => c with { Backlog = 5 }),
                            ("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", Background = true }),
                        ]
                )
                {
                    await agent.End(agent.Begin(socket, call, c => with(c) with { Program = "sv" }));
                }

                await agent.Call("cfd", SocketCall.Socket, c => c with { Program = "cl" });
                await agent.Call("cfd", SocketCall.Connect, c => c with { Program = "cl", Address = At });
                await agent.Event<CallEvent>(c => c.Accepted == "afd");
                await agent.Call("cfd", SocketCall.Write, c => c with { Program = "cl", Octets = [1] });
                await agent.Do(new EndProgramOrder { Program = "sv", Kill = true });
                Assert.Equal("ECONNRESET", (await agent.Call("cfd", SocketCall.Read, c => c with { Program = "cl" })).Errno);
                Assert.Empty(await Sockets());
            }
        );

    [Fact]
    public Task Its_calls_that_block_end_with_it() =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), nameof(Its_calls_that_block_end_with_it)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Listener("lfd", At);
                long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", TimeoutMs = 120_000 });
                Assert.Equal(
                    ["lfd"],
                    Assert
                        .Single(
                            await agent.Events<ProgramEvent>(
                                new EndProgramOrder
                                {
                                    Program = "sv",
                                    Kill = true,
                                    Sockets = ["lfd"],
                                }
                            )
                        )
                        .Sockets
                );
                Assert.Equal(AgentCodes.EndedWithProgram, (await agent.End(accept))[^1].Refused!.Code);
                Assert.Empty(await Sockets());
            }
        );

    [Fact]
    public Task A_forked_child_keeps_the_listener_until_it_ends() =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), nameof(A_forked_child_keeps_the_listener_until_it_ends)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Call("lfd", SocketCall.Socket, c => c with { Program = "sv" });
                await agent.Call("lfd", SocketCall.Bind, c => c with { Program = "sv", Address = At });
                await agent.Call("lfd", SocketCall.Listen, c => c with { Program = "sv", Backlog = 5 });
                ProgramEvent forked = Assert.Single(
                    await agent.Events<ProgramEvent>(
                        new ForkOrder
                        {
                            Program = "sv",
                            Child = "worker",
                            Sockets = ["lfd"],
                        }
                    )
                );
                Assert.Equal(("sv", "worker", ProgramChange.Forked), (forked.Program, forked.Child, forked.Change));
                Assert.Contains($"pid={forked.Pid}", await OwnNamespace.Run("ss", "-Hltnp"), StringComparison.Ordinal);
                Assert.Equal(
                    AgentCodes.ChildNameInUse,
                    (
                        await agent.Refused(
                            new ForkOrder
                            {
                                Program = "sv",
                                Child = "worker",
                                Sockets = ["lfd"],
                            }
                        )
                    ).Code
                );
                Assert.Equal(
                    AgentCodes.NoSuchSocket,
                    (
                        await agent.Refused(
                            new ForkOrder
                            {
                                Program = "sv",
                                Child = "second",
                                Sockets = ["lfd", "none"],
                            }
                        )
                    ).Code
                );

                Assert.Equal(AgentCodes.ChildOnlyHolds, (await agent.Refused("lfd", SocketCall.Close, c => c with { Program = "worker" })).Code);
                await agent.Call("lfd", SocketCall.Close, c => c with { Program = "sv" });
                await agent.Call("rfd", SocketCall.Socket);
                Assert.Equal("EADDRINUSE", (await agent.Call("rfd", SocketCall.Bind, c => c with { Address = At })).Errno);
                ProgramEvent ended = Assert.Single(await agent.Events<ProgramEvent>(new EndProgramOrder { Program = "worker", Kill = true }));
                Assert.Equal((ProgramChange.Killed, forked.Pid), (ended.Change, ended.Pid));
                Assert.Equal(["lfd"], ended.Sockets);
                Assert.Null((await agent.Call("rfd", SocketCall.Bind, c => c with { Address = At })).Errno);
            }
        );

    [Fact]
    public Task A_run_that_ends_kills_its_children() =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), nameof(A_run_that_ends_kills_its_children)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Listener("lfd", At);
                ProgramEvent forked = Assert.Single(
                    await agent.Events<ProgramEvent>(
                        new ForkOrder
                        {
                            Program = "sv",
                            Child = "worker",
                            Sockets = ["lfd"],
                        }
                    )
                );
                ProgramEvent killed = Assert.Single(await agent.Events<ProgramEvent>(new CloseRunOrder()));
                Assert.Equal(("worker", ProgramChange.Killed, forked.Pid), (killed.Program, killed.Change, killed.Pid));
                Assert.Empty(await Sockets());
            }
        );

    [Fact]
    public Task A_child_dies_with_its_agent() =>
        OwnNamespace.Run(
            (typeof(ProgramEndTests), nameof(A_child_dies_with_its_agent)),
            async () =>
            {
                await using FakeDashboard dashboard = await FakeDashboard.Start();
                using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
                IAgentClient agent = await dashboard.Agent();
                AgentOrder[] orders =
                [
                    new CallOrder { Socket = "lfd", Call = SocketCall.Socket },
                    new CallOrder
                    {
                        Socket = "lfd",
                        Call = SocketCall.Bind,
                        Address = At,
                    },
                    new CallOrder { Socket = "lfd", Call = SocketCall.Listen },
                    new ForkOrder
                    {
                        Program = "sv",
                        Child = "worker",
                        Sockets = ["lfd"],
                    },
                ];
                for (int i = 0; i < orders.Length; i++)
                    await agent.CarryOut(orders[i] with { Id = i + 1, Run = "r" });
                IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(orders.Length);
                int child = items.Select(i => i.Event).OfType<ProgramEvent>().Single().Pid!.Value;
                Assert.True(Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{child}")));

                process.Signal("KILL", dashboard.Ledger.Hellos.Single().Facts.Pid);
                await process.Ended();
                while ((await Sockets()).Length > 0)
                    await Task.Yield();
            }
        );

    [Fact]
    public async Task A_holder_that_nobody_started_ends_at_once()
    {
        (int code, _, _) = await AgentProcess.Run(ReuseAddrDashboard.Agent.Programs.HoldProgram.Mode, "1");
        Assert.Equal(2, code);
    }

    // State and local address of each.
    private static async Task<string> Sockets() =>
        string.Join(
            '\n',
            (await OwnNamespace.Run("ss", "-Htan", $"( sport = :{Port} or dport = :{Port} )"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(words => $"{words[0]} {words[3]}")
        );
}
