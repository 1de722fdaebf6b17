using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Rights;

/// <summary>What the agent may still do once it runs, as the kernel says of every thread.</summary>
public sealed class ConfinementTests
{
    private static readonly ulong KeptCapabilities =
        Capabilities.Bit(CapabilityConstants.CAP_NET_ADMIN) | Capabilities.Bit(CapabilityConstants.CAP_NET_BIND_SERVICE);

    [Fact]
    public async Task Every_thread_keeps_what_destroying_and_low_ports_need_and_nothing_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        IAgentClient agent = await dashboard.Agent();
        HostFacts facts = dashboard.Ledger.Hellos.Single().Facts;
        Assert.Equal(process.Id, facts.Pid);
        Assert.True(facts.CanDestroySockets);
        Assert.Equal(SourceFact.All, facts.Sources.Where(s => s.Available).Select(s => s.Name));
        EveryThread(facts.Pid, "CapPrm", "CapEff", "CapBnd");

        // What was opened before goes on: segments and changes of state are told.
        int port = Ports.Free();
        await Lesson(dashboard, agent, port);
        Assert.Contains(dashboard.Ledger.Items, i => i.Event is SegmentEvent { Flags: "SYN" });
        Assert.Contains(dashboard.Ledger.Items, i => i.Event is StateEvent { Source: EvidenceSource.Trace, To: TcpState.SynSent });
        Assert.DoesNotContain("could not be given away", process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_namespace_of_its_own_root_may_also_give_a_socket_to_another_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        string inode = CProgram.Tool("readlink", "/proc/self/ns/net").Trim()[5..^1];
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server", "--own-namespace", inode]);
        await dashboard.Agent();
        HostFacts facts = dashboard.Ledger.Hellos.Single().Facts;
        Assert.Equal(KeptCapabilities | Capabilities.Bit(CapabilityConstants.CAP_CHOWN), Set(Status(facts.Pid), "CapPrm"));
        // Whether segments can be filtered and delayed is for the machine's nft and tc to say.
        Assert.Equal(
            [HostAbilities.OwnNamespace, HostAbilities.Users, HostAbilities.Fork],
            facts.Abilities!.Except([HostAbilities.Filter, HostAbilities.Delay])
        );
    }

    [Fact]
    public async Task Without_any_capability_it_runs_with_proc_and_sock_diag_and_says_what_is_missing()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(
            ["--dashboard", dashboard.Address, "--name", "server"],
            Environment.IsPrivilegedProcess ? AgentProcess.NoRights : []
        );
        IAgentClient agent = await dashboard.Agent();
        HostFacts facts = dashboard.Ledger.Hellos.Single().Facts;
        Assert.False(facts.CanDestroySockets);
        Assert.Equal(["proc", "diag"], facts.Sources.Where(s => s.Available).Select(s => s.Name));
        Assert.All(
            facts.Sources.Skip(2),
            s =>
            {
                Assert.Equal("EPERM", s.Missing!["errno"]);
                Assert.Contains("CAP_", TextCatalog.English[s.Grant!], StringComparison.Ordinal);
            }
        );
        int port = Ports.Free();
        await Lesson(dashboard, agent, port);
        Assert.Contains(dashboard.Ledger.Items, i => i.Event is SocketEvent { To: TcpState.Established });
        Assert.DoesNotContain("could not be given away", process.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u=rwx,go=")]
    [InlineData("u=rwx,go=rx")] // the way there is open to all, the socket is not
    public async Task Where_the_dashboard_s_socket_is_somebody_else_s_the_right_to_reach_it_stays(string mode)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        string directory = Directory.CreateTempSubdirectory("reuseaddr-rights-").FullName;
        try
        {
            string path = Path.Combine(directory, "agents.sock");
            using var dashboard = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            dashboard.Bind(new UnixDomainSocketEndPoint(path));
            dashboard.Listen();
            CProgram.Tool("chmod", "u=rw,go=r", path);
            CProgram.Tool("chmod", mode, directory);
            CProgram.Tool("chown", "-R", "nobody", directory);
            using AgentProcess process = AgentProcess.Start(["--dashboard", $"unix:{path}", "--name", "server"]);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            using Socket agent = await dashboard.AcceptAsync(limit.Token);
            Assert.Equal(KeptCapabilities | Files, Set(Status(process.Id), "CapPrm"));
            Assert.Equal("1", Status(process.Id)["NoNewPrivs"]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("u=rwx,go=rx,+t", "root", false)] // nobody else can put it there
    [InlineData("ugo=rwx,+t", "root", true)] // as in /tmp
    [InlineData("u=rwx,go=rx", "nobody", true)]
    public async Task A_socket_that_is_not_there_yet_may_be_somebody_else_s(string mode, string owner, bool keeps)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        string directory = Directory.CreateTempSubdirectory("reuseaddr-rights-").FullName;
        try
        {
            CProgram.Tool("chmod", mode, directory);
            CProgram.Tool("chown", owner, directory);
            using AgentProcess process = AgentProcess.Start(["--dashboard", $"unix:{directory}/agents.sock", "--name", "server"]);
            await Confined(process);
            Assert.Equal(keeps ? KeptCapabilities | Files : KeptCapabilities, Set(Status(process.Id), "CapPrm"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static readonly ulong Files = Capabilities.Bit(CapabilityConstants.CAP_DAC_OVERRIDE) | Capabilities.Bit(CapabilityConstants.CAP_DAC_READ_SEARCH);

    // The program has been executed once more: only then are all steps of the giving away done.
    private static async Task Confined(AgentProcess process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await File.ReadAllTextAsync($"/proc/{process.Id}/environ", limit.Token)).Contains("REUSEADDR_AGENT_SOURCES=", StringComparison.Ordinal))
        {
            await Task.Yield();
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_program_with_capabilities_of_its_own_started_by_root_gives_away_the_rest()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        string directory = Directory.CreateTempSubdirectory("reuseaddr-rights-").FullName;
        try
        {
            string program = AgentProcess.CopyTo(directory);
            // struct vfs_cap_data, as setcap cap_net_raw,cap_checkpoint_restore+ep writes it: VFS_CAP_REVISION_2 and the effective bit, then permitted and
            // inheritable, twice.
            uint[] capabilities = [0x0200_0001, 1 << 13, 0, 1 << 8, 0];
            Assert.Equal(0, SetXAttr(program, "security.capability", capabilities, (nuint)capabilities.Length * sizeof(uint), 0));
            Assert.Equal(Capabilities.Bit(CapabilityConstants.CAP_NET_RAW) | 1ul << 40, Capabilities.OfFile(program));
            await using FakeDashboard dashboard = await FakeDashboard.Start();
            using AgentProcess process = AgentProcess.StartCopy(program, ["--dashboard", dashboard.Address, "--name", "server"]);
            await dashboard.Agent();
            Assert.Equal(SourceFact.All, dashboard.Ledger.Hellos.Single().Facts.Sources.Where(s => s.Available).Select(s => s.Name));
            // The bounding set has to have what the file has, or the kernel would not execute it; by no_new_privs nobody gets it.
            EveryThread(process.Id, "CapPrm", "CapEff");
            Assert.DoesNotContain("could not be given away", process.Log, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [DllImport("libc", EntryPoint = "setxattr", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetXAttr(string path, string name, uint[] value, nuint size, int flags);

    private static void EveryThread(int process, params string[] sets)
    {
        int seen = 0;
        foreach (string thread in Directory.GetDirectories($"/proc/{process}/task"))
        {
            Dictionary<string, string> status;
            try
            {
                status = Status($"{process}/task/{Path.GetFileName(thread)}");
            }
            catch (IOException)
            {
                // One of the pool's that has just ended.
                continue;
            }
            seen++;
            Assert.All(sets, set => Assert.Equal(KeptCapabilities, Set(status, set)));
            Assert.Equal("1", status["NoNewPrivs"]);
        }
        Assert.True(seen > 1);
    }

    private static Dictionary<string, string> Status(object thread) =>
        File.ReadLines($"/proc/{thread}/status").Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());

    private static ulong Set(Dictionary<string, string> status, string name) => ulong.Parse(status[name], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task Lesson(FakeDashboard dashboard, IAgentClient agent, int port)
    {
        TcpEndpoint at = TcpEndpoint.V4(0x7f00_0001, (ushort)port);
        long id = 0;
        await agent.CarryOut(new WatchOrder { Id = ++id, Ports = [port] });
        async Task Call(string socket, SocketCall call)
        {
            await agent.CarryOut(
                new CallOrder
                {
                    Id = ++id,
                    Run = "r",
                    Socket = socket,
                    Call = call,
                    Address = at,
                }
            );
            Assert.Null((await dashboard.Ledger.Until(id))[^1].Refused);
        }

        await Call("lfd", SocketCall.Socket);
        await Call("lfd", SocketCall.Bind);
        await Call("lfd", SocketCall.Listen);
        await Call("cfd", SocketCall.Socket);
        await Call("cfd", SocketCall.Connect);
    }
}
