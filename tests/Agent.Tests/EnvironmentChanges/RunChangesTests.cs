using System.Globalization;
using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Tests;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.EnvironmentChanges;

/// <summary>Sysctls, nft and tc, for real, in network namespaces of their own.</summary>
public sealed class RunChangesTests
{
    private const ushort Port = 11111;
    private const string FinTimeout = "net.ipv4.tcp_fin_timeout";
    private static readonly TcpEndpoint At = TcpEndpoint.V4(0x7f00_0001, Port);

    private static Task InNamespace(string method, Func<Func<AgentRig>, Task> body) =>
        OwnNamespace.Run(
            (typeof(RunChangesTests), method),
            async () =>
            {
                string directory = Directory.CreateTempSubdirectory("reuseaddr-journal-").FullName;
                try
                {
                    await body(() => new AgentRig(journal: new Journal(new JournalPlace("test", [directory]), "boot")));
                    Assert.Empty(Directory.GetFileSystemEntries(directory));
                }
                finally
                {
                    Directory.Delete(directory, recursive: true);
                }
            }
        );

    [Fact]
    public Task A_sysctl_is_set_told_and_put_back_with_the_run() =>
        InNamespace(
            nameof(A_sysctl_is_set_told_and_put_back_with_the_run),
            async make =>
            {
                using AgentRig agent = make();
                string before = TextFile.Sysctl(FinTimeout)!;
                EnvironmentEvent made = Assert.Single(await agent.Events<EnvironmentEvent>(new SysctlOrder { Name = FinTimeout, Value = "3" }));
                Assert.Equal(("sysctl", FinTimeout, EnvironmentChange.Made, "3", before), (made.What, made.Name, made.Change, made.Value, made.Before));
                await agent.Do(new SysctlOrder { Name = FinTimeout, Value = "4" });
                Assert.Equal("4", TextFile.Sysctl(FinTimeout));
                EnvironmentEvent range = Assert.Single(
                    await agent.Events<EnvironmentEvent>(new SysctlOrder { Name = "net.ipv4.ip_local_port_range", Value = "40000 40000" })
                );
                Assert.Equal("40000 40000", range.Value);

                IReadOnlyList<EnvironmentEvent> undone = await agent.Events<EnvironmentEvent>(new CloseRunOrder());
                Assert.Equal(["net.ipv4.ip_local_port_range", FinTimeout], undone.Select(e => e.Name));
                Assert.All(undone, e => Assert.Equal(EnvironmentChange.Undone, e.Change));
                Assert.Equal(before, TextFile.Sysctl(FinTimeout));
            }
        );

    [Fact]
    public Task Two_runs_may_set_one_sysctl_and_end_in_any_order() =>
        InNamespace(
            nameof(Two_runs_may_set_one_sysctl_and_end_in_any_order),
            async make =>
            {
                using AgentRig agent = make();
                string before = TextFile.Sysctl(FinTimeout)!;
                await agent.Do(
                    new SysctlOrder
                    {
                        Run = "one",
                        Name = FinTimeout,
                        Value = "3",
                    }
                );
                await agent.Do(
                    new SysctlOrder
                    {
                        Run = "two",
                        Name = FinTimeout,
                        Value = "4",
                    }
                );
                await agent.CloseRun("one");
                Assert.Equal("4", TextFile.Sysctl(FinTimeout));
                await agent.CloseRun("two");
                Assert.Equal(before, TextFile.Sysctl(FinTimeout));
            }
        );

    [Fact]
    public Task What_the_kernel_refuses_is_told_and_leaves_nothing_to_undo() =>
        InNamespace(
            nameof(What_the_kernel_refuses_is_told_and_leaves_nothing_to_undo),
            async make =>
            {
                using AgentRig agent = make();
                IReadOnlyList<AgentItem> items = await agent.Do(new SysctlOrder { Name = "net.ipv4.tcp_tw_reuse", Value = "9" });
                EnvironmentEvent told = Assert.IsType<EnvironmentEvent>(items[0].Event);
                Assert.Equal((EnvironmentChange.Refused, AgentCodes.SysctlRefused, "Invalid argument"), (told.Change, told.Reason!.Code, told.Reason["text"]));
                Assert.Equal(told.Reason, items[^1].Refused);
            }
        );

    [Theory]
    [InlineData("kernel.hostname", "1", AgentCodes.SysctlNotAllowed)]
    [InlineData(FinTimeout, "", AgentCodes.BadSysctlValue)]
    [InlineData(FinTimeout, "1; rm", AgentCodes.BadSysctlValue)]
    public async Task Other_names_and_values_are_refused(string name, string value, string code)
    {
        using var agent = new AgentRig();
        Assert.Equal(code, (await agent.Refused(new SysctlOrder { Name = name, Value = value })).Code);
    }

    [Fact]
    public async Task Nothing_is_changed_in_a_namespace_that_is_not_the_labs_own()
    {
        using var agent = new AgentRig();
        Assert.Equal(AgentCodes.NotOwnNamespace, (await agent.Refused(new SysctlOrder { Name = FinTimeout, Value = "60" })).Code);
        Assert.Equal(
            AgentCodes.NotOwnNamespace,
            (
                await agent.Refused(
                    new FilterOrder
                    {
                        Name = "f",
                        What = "drop",
                        Port = Port,
                    }
                )
            ).Code
        );
    }

    [Fact]
    public Task The_first_SYN_is_dropped_counted_and_sent_again() =>
        InNamespace(
            nameof(The_first_SYN_is_dropped_counted_and_sent_again),
            async make =>
            {
                SkipWithoutNft();
                using AgentRig agent = make();
                await agent.Listener("lfd", At);
                EnvironmentEvent made = Assert.Single(
                    await agent.Events<EnvironmentEvent>(
                        new FilterOrder
                        {
                            Name = "first-syn",
                            What = "drop",
                            Inbound = true,
                            Port = Port,
                            Set = TcpFlags.Syn,
                            Unset = TcpFlags.Ack,
                            Count = 1,
                        }
                    )
                );
                Assert.Equal(("drop", "first-syn", EnvironmentChange.Made), (made.What, made.Name, made.Change));
                Assert.Equal("input tcp port 11111: tcp flags & 0x12 == 0x2 numgen inc mod 4294967295 < 1 counter drop", made.Value);
                await agent.Call("cfd", SocketCall.Socket);
                CallEvent connect = await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At });
                Assert.Null(connect.Errno);
                Assert.True(connect.Duration > 900_000_000, $"It took {connect.Duration} ns.");

                EnvironmentEvent ended = Assert.Single(await agent.Events<EnvironmentEvent>(new FilterOrder { Name = "first-syn", What = "pass" }));
                Assert.Equal(("drop", EnvironmentChange.Undone, 1L), (ended.What, ended.Change, ended.Met));
                Assert.Equal(AgentCodes.NoSuchFilter, (await agent.Refused(new FilterOrder { Name = "first-syn", What = "pass" })).Code);
                Assert.Contains(PacketFilters.Table(AgentRig.Run), CProgram.Tool("nft", "list", "tables"), StringComparison.Ordinal);
                await agent.CloseRun();
                Assert.Empty(CProgram.Tool("nft", "list", "tables"));
            }
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Rejected_the_connection_is_refused_though_somebody_listens(bool inbound) =>
        InNamespace(
            nameof(Rejected_the_connection_is_refused_though_somebody_listens),
            async make =>
            {
                SkipWithoutNft();
                using AgentRig agent = make();
                await agent.Listener("lfd", At);
                await agent.Do(
                    new FilterOrder
                    {
                        Name = "r",
                        What = "reject",
                        Inbound = inbound,
                        Port = Port,
                        Set = TcpFlags.Syn,
                        Unset = TcpFlags.Ack,
                    }
                );
                Assert.Equal(
                    AgentCodes.FilterNameInUse,
                    (
                        await agent.Refused(
                            new FilterOrder
                            {
                                Name = "r",
                                What = "drop",
                                Port = Port,
                            }
                        )
                    ).Code
                );
                await agent.Call("cfd", SocketCall.Socket);
                Assert.Equal("ECONNREFUSED", (await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At })).Errno);
                EnvironmentEvent undone = Assert.Single(await agent.Events<EnvironmentEvent>(new CloseRunOrder()), e => e.Name == "r");
                Assert.Equal(("reject", EnvironmentChange.Undone), (undone.What, undone.Change));
                Assert.True(undone.Met > 0);
                Assert.Empty(CProgram.Tool("nft", "list", "tables"));
            }
        );

    [Fact]
    public Task Segments_are_delayed_or_the_kernel_cannot_and_nothing_stays() =>
        InNamespace(
            nameof(Segments_are_delayed_or_the_kernel_cannot_and_nothing_stays),
            async make =>
            {
                using AgentRig agent = make();
                string before = CProgram.Tool("tc", "qdisc", "show", "dev", "lo");
                IReadOnlyList<AgentItem> items = await agent.Do(
                    new FilterOrder
                    {
                        Name = "d",
                        What = "delay",
                        Port = Port,
                        DelayMs = 200,
                    }
                );
                if (items[^1].Refused is { } refused)
                {
                    Assert.Equal(new Message(AgentCodes.NoNetem), refused);
                    Assert.Equal(EnvironmentChange.Refused, Assert.IsType<EnvironmentEvent>(items[0].Event).Change);
                    Assert.Equal(before, CProgram.Tool("tc", "qdisc", "show", "dev", "lo"));
                    Assert.False(new Delay().Try().Succeeded);
                    return;
                }
                Assert.Equal(
                    AgentCodes.OneDelay,
                    (
                        await agent.Refused(
                            new FilterOrder
                            {
                                Name = "e",
                                What = "delay",
                                Port = Port,
                                DelayMs = 1,
                            }
                        )
                    ).Code
                );
                await agent.Listener("lfd", At);
                await agent.Call("cfd", SocketCall.Socket);
                Assert.InRange((await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At })).Duration, 400_000_000, 5_000_000_000);
                Assert.Equal(
                    EnvironmentChange.Undone,
                    Assert.Single(await agent.Events<EnvironmentEvent>(new FilterOrder { Name = "d", What = "pass" })).Change
                );
                Assert.Equal(before, CProgram.Tool("tc", "qdisc", "show", "dev", "lo"));
            }
        );

    [Fact]
    public Task An_agent_that_ends_undoes_all() =>
        InNamespace(
            nameof(An_agent_that_ends_undoes_all),
            async make =>
            {
                SkipWithoutNft();
                string before = TextFile.Sysctl(FinTimeout)!;
                using (AgentRig agent = make())
                {
                    await agent.Do(new SysctlOrder { Name = FinTimeout, Value = "3" });
                    await agent.Do(
                        new FilterOrder
                        {
                            Name = "f",
                            What = "drop",
                            Port = Port,
                        }
                    );
                }
                Assert.Equal(before, TextFile.Sysctl(FinTimeout));
                Assert.Empty(CProgram.Tool("nft", "list", "tables"));
            }
        );

    [Fact]
    public Task What_a_killed_agent_left_the_next_one_undoes() =>
        OwnNamespace.Run(
            (typeof(RunChangesTests), nameof(What_a_killed_agent_left_the_next_one_undoes)),
            async () =>
            {
                SkipWithoutNft();
                string directory = Directory.CreateTempSubdirectory("reuseaddr-journal-").FullName,
                    before = TextFile.Sysctl(FinTimeout)!;
                Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", directory);
                try
                {
                    await using FakeDashboard dashboard = await FakeDashboard.Start();
                    string[] arguments =
                    [
                        "--dashboard",
                        dashboard.Address,
                        "--name",
                        "server",
                        "--own-namespace",
                        NetworkNamespace.Inode().ToString(CultureInfo.InvariantCulture),
                    ];
                    using (AgentProcess first = AgentProcess.Start(arguments))
                    {
                        IAgentClient agent = await dashboard.Agent();
                        HostFacts facts = dashboard.Ledger.Hellos.Single().Facts;
                        Assert.True(facts.Can(HostAbilities.OwnNamespace) && facts.Can(HostAbilities.Filter) && facts.Can(HostAbilities.Fork));
                        await agent.CarryOut(
                            new SysctlOrder
                            {
                                Id = 1,
                                Run = "r",
                                Name = FinTimeout,
                                Value = "3",
                            }
                        );
                        await agent.CarryOut(
                            new FilterOrder
                            {
                                Id = 2,
                                Run = "r",
                                Name = "f",
                                What = "drop",
                                Port = Port,
                            }
                        );
                        Assert.DoesNotContain(await dashboard.Ledger.Until(2), i => i.Refused is not null);
                        Assert.Equal("3", TextFile.Sysctl(FinTimeout));
                        Assert.NotEmpty(CProgram.Tool("nft", "list", "tables"));
                        first.Signal("KILL", facts.Pid);
                        await first.Ended();
                    }
                    Assert.Equal("3", TextFile.Sysctl(FinTimeout));

                    using AgentProcess second = AgentProcess.Start(arguments);
                    await dashboard.Agent();
                    Assert.Equal(before, TextFile.Sysctl(FinTimeout));
                    Assert.Empty(CProgram.Tool("nft", "list", "tables"));
                    Assert.Empty(Directory.GetFileSystemEntries(directory));
                }
                finally
                {
                    Directory.Delete(directory, recursive: true);
                }
            }
        );

    /// <summary>Root's agent in a namespace of the lab's own, with the few rights that it keeps.</summary>
    [Fact]
    public Task Of_root_it_has_every_ability_that_the_kernel_has() =>
        CaptureNamespace.Run(
            (typeof(RunChangesTests), nameof(Of_root_it_has_every_ability_that_the_kernel_has)),
            async () =>
            {
                SkipWithoutNft();
                Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root may give a socket to another user.");
                const uint nobody = 65534;
                await using FakeDashboard dashboard = await FakeDashboard.Start();
                using AgentProcess process = AgentProcess.Start([
                    "--dashboard",
                    dashboard.Address,
                    "--name",
                    "server",
                    "--own-namespace",
                    NetworkNamespace.Inode().ToString(CultureInfo.InvariantCulture),
                ]);
                IAgentClient agent = await dashboard.Agent();
                Assert.Equal(
                    (string[])
                        [
                            HostAbilities.OwnNamespace,
                            HostAbilities.Filter,
                            .. new Delay().Try().Succeeded ? (string[])[HostAbilities.Delay] : [],
                            HostAbilities.Users,
                            HostAbilities.Fork,
                        ],
                    dashboard.Ledger.Hellos.Single().Facts.Abilities
                );
                AgentOrder[] orders =
                [
                    new WatchOrder { Ports = [Port] },
                    new SysctlOrder { Name = FinTimeout, Value = "3" },
                    new FilterOrder
                    {
                        Name = "f",
                        What = "drop",
                        Port = Port,
                        Inbound = true,
                    },
                    new CallOrder
                    {
                        Socket = "lfd",
                        Call = SocketCall.Socket,
                        Uid = nobody,
                    },
                    new CallOrder
                    {
                        Socket = "lfd",
                        Call = SocketCall.Bind,
                        Address = At,
                    },
                    new CallOrder { Socket = "lfd", Call = SocketCall.Listen },
                    new CloseRunOrder(),
                ];
                for (int i = 0; i < orders.Length; i++)
                    await agent.CarryOut(orders[i] with { Id = i + 1, Run = "r" });
                IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(orders.Length);
                Assert.DoesNotContain(items, i => i.Refused is not null);
                Assert.Contains(items, i => i.Event is SocketEvent { To: TcpState.Listen, Uid: nobody });
                Assert.Empty(CProgram.Tool("nft", "list", "tables"));
            }
        );

    private static void SkipWithoutNft() => Assert.SkipWhen(new Tool("nft").Path is null, "nft is missing; ./test.sh installs what the tests need.");
}
