using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.LocalPair;
using ReuseAddrDashboard.Agent.Options;

namespace ReuseAddrDashboard.Agent;

internal static class Program
{
    private const int WrongOptions = 2;

    private static int Main(string[] args)
    {
        if (args is ["pair", .. string[] rest])
            return Keeper.Run(rest).GetAwaiter().GetResult();
        if (args.Contains("--help"))
        {
            Console.Out.WriteLine(Help.Text);
            return 0;
        }
        if (args is ["--version"])
        {
            Console.Out.WriteLine($"reuseaddr-agent {HostFactsReader.Version}");
            return 0;
        }
        if (OptionParser.Parse(args, out IReadOnlyList<string> errors) is { } options)
            return AgentHost.Run(options);
        foreach (string error in errors)
            Console.Error.WriteLine($"reuseaddr-agent: {error}");
        return WrongOptions;
    }
}
