using System.Collections;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>How a process that holds sockets is started.</summary>
/// <param name="Program">The file to execute.</param>
/// <param name="Arguments">Its arguments, without the file's own name.</param>
/// <param name="Environment">Its environment, <c>NAME=VALUE</c>.</param>
internal sealed record HoldCommand(string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment)
{
    /// <summary>This program as it runs now, its own executable or <c>dotnet reuseaddr-agent.dll</c>.</summary>
    public static HoldCommand OwnProgram()
    {
        string program =
            System.Environment.ProcessPath ?? throw new InvalidOperationException("The kernel does not say which program this is (/proc/self/exe).");
        return Path.GetFileName(program) == "dotnet" ? Of(program, Path.Combine(AppContext.BaseDirectory, "reuseaddr-agent.dll")) : Of(program);
    }

    /// <param name="program">The file to execute.</param>
    /// <param name="before">What comes before the mode.</param>
    public static HoldCommand Of(string program, params IReadOnlyList<string> before) =>
        new(
            program,
            [.. before, HoldProgram.Mode, System.Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            // The runtime puts a socket for debuggers into the temporary directory, which outlives a kill -9.
            [
                .. System
                    .Environment.GetEnvironmentVariables()
                    .Cast<DictionaryEntry>()
                    .Where(e => (string)e.Key != "DOTNET_EnableDiagnostics")
                    .Select(e => $"{e.Key}={e.Value}"),
                "DOTNET_EnableDiagnostics=0",
            ]
        );
}
