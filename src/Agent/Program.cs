using System.CommandLine;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.LocalHosts;
using ReuseAddrDashboard.Agent.Matrix;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Rights;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent;

internal static class Program
{
    private const int WrongOptions = 2;

    private static int Main(string[] args)
    {
        // What the server and other agents start, and what holds a program's sockets: each gets by without the options.
        if (args is [LocalHostsContract.StarterCommand])
            return StarterProgram.Run();
        if (args is [LocalHostsContract.ConfinedCommand, .. string[] confined])
            return ConfinedProgram.Run(confined);
        if (args is [HoldProgram.Mode, var parent])
            return HoldProgram.Run(parent);
        Command localHosts = LocalHostsCommand.Create(
            (options, faults) => options is null ? Print(faults, LocalHostsContract.OwnLine) : LocalHostsProgram.Run(options).GetAwaiter().GetResult()
        );
        return AgentCommandLine
            .Create(
                $"reuseaddr-agent {HostFactsReader.Version}",
                (options, faults) => options is null ? Print(faults, "reuseaddr-agent: ") : AgentHost.Run(options),
                localHosts,
                MatrixCommand.Create(faults => Print(faults, "reuseaddr-agent: "))
            )
            .Parse(args, AgentCommandLine.Parser)
            .Invoke(AgentCommandLine.Invocation);
    }

    private static int Print(IReadOnlyList<string> faults, string name)
    {
        foreach (string fault in faults)
            Console.Error.WriteLine(name + fault);
        return WrongOptions;
    }
}
