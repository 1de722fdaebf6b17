using System.Diagnostics;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>How this program is started once more.</summary>
internal static class OwnProgram
{
    /// <summary>This program as it runs now, whether its own executable or <c>dotnet reuseaddr-agent.dll</c>, with other arguments.</summary>
    public static ProcessStartInfo Again(IReadOnlyList<string> arguments)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The kernel does not say which program this is (/proc/self/exe).");
        bool hosted = Path.GetFileName(program) == "dotnet";
        string[] first = hosted ? [Path.Combine(AppContext.BaseDirectory, "reuseaddr-agent.dll")] : [];
        var start = new ProcessStartInfo(program, [.. first, .. arguments]);

        // The runtime puts a socket for debuggers into the temporary directory, which outlives a kill -9.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return start;
    }
}
