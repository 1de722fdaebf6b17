using ReuseAddrDashboard.Agent.Options;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>The agent's command line, read and not run.</summary>
internal static class OptionLine
{
    /// <returns>The options, or null and what is wrong.</returns>
    public static AgentOptions? Parse(IReadOnlyList<string> args, out IReadOnlyList<string> errors)
    {
        AgentOptions? read = null;
        IReadOnlyList<string> faults = [];
        AgentCommandLine
            .Create(
                "",
                (options, wrong) =>
                {
                    (read, faults) = (options, wrong);
                    return 0;
                }
            )
            .Parse(args, AgentCommandLine.Parser)
            .Invoke(AgentCommandLine.Invocation);
        errors = faults;
        return read;
    }
}
