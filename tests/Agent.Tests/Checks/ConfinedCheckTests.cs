using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Checks;

/// <summary>Whom an agent names that has given its rights away.</summary>
public sealed class ConfinedCheckTests
{
    [Fact]
    public async Task A_program_that_may_no_more_than_the_agent_is_named_of_another_the_user_and_how_to_find_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "There is nothing to give away without root: start the tests with sudo.");
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        IAgentClient agent = await dashboard.Agent();

        using Listener equal = await Listener.Start(AgentProcess.NoRights);
        PortHolder known = await Holder(1, equal.Port);
        Assert.Equal((TcpState.Listen, "root", equal.Pid, "stranger"), (known.State, known.User, known.Pid, known.Program));

        using Listener root = await Listener.Start([]),
            other = await Listener.Start(["setpriv", "--reuid=nobody", "--clear-groups"]);
        foreach ((long order, Listener listener, string user) in new[] { (2L, root, "root"), (3L, other, "nobody") })
        {
            PortHolder unknown = await Holder(order, listener.Port);
            Assert.Equal((TcpState.Listen, user, null, null), (unknown.State, unknown.User, unknown.Pid, unknown.Program));
            // The command is what it says: run by one who may, it names the program.
            Assert.Contains(
                $"\"stranger\",pid={listener.Pid},",
                CProgram.Tool("sh", "-c", unknown.FindCommand!.Replace("sudo ", "", StringComparison.Ordinal)),
                StringComparison.Ordinal
            );
            string find = (unknown with { State = TcpState.BoundInactive }).FindCommand!.Replace("sudo ", "", StringComparison.Ordinal);
            Assert.Contains($"/proc/{listener.Pid}/fd/", CProgram.Tool("sh", "-c", $"{find} 2>&1; true"), StringComparison.Ordinal);
        }

        async Task<PortHolder> Holder(long order, int port)
        {
            await agent.CarryOut(new CheckOrder { Id = order, Port = port });
            return Assert.Single((await dashboard.Ledger.Until(order))[^1].Check!.Holders);
        }
    }

    private sealed class Listener(DirectoryInfo directory, Process process, int port) : IDisposable
    {
        public int Port => port;

        public int Pid => process.Id;

        public static async Task<Listener> Start(string[] before)
        {
            DirectoryInfo directory = Directory.CreateTempSubdirectory("reuseaddr-stranger-");
            // Another user executes it.
            CProgram.Tool("chmod", "755", directory.FullName);
            int port = Ports.Free();
            string[] line = [.. before, await StrangerProgram.Compile(directory.FullName), port.ToString(CultureInfo.InvariantCulture), "0", "1"];
            Process process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true })!;
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
            return new Listener(directory, process, port);
        }

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
            directory.Delete(recursive: true);
        }
    }
}
