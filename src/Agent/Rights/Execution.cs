using System.Collections;
using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.Rights;

/// <summary>execve(2): this process becomes another program, whose every thread is born with what the calling thread has.</summary>
internal static class Execution
{
    /// <summary>Returns only when it fails.</summary>
    /// <param name="program">Its file.</param>
    /// <param name="arguments">Its name, and its arguments.</param>
    /// <param name="variable">What its environment has more than this one.</param>
    public static unsafe KernelRefusal Become(string program, IReadOnlyList<string> arguments, (string Name, string Value) variable)
    {
        IEnumerable<string> environment = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(e => $"{e.Key}={e.Value}")
            .Append($"{variable.Name}={variable.Value}");
        using var argv = new CStrings(arguments);
        using var envp = new CStrings([.. environment]);
        _ = Libc.ExecVE(program, argv.Pointer, envp.Pointer);
        return KernelRefusal.Last($"execve({program})");
    }
}
