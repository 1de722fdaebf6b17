using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>The agent's program, which AgentFiles.targets puts beside the Server's.</summary>
/// <param name="Command">The program and the arguments that come before its own.</param>
internal sealed record AgentProgram(IReadOnlyList<string> Command)
{
    /// <returns>Null when there is none, with <paramref name="problem"/> saying where it should be.</returns>
    public static AgentProgram? Find(string directory, out Message? problem)
    {
        string executable = Path.Combine(directory, "agent", "reuseaddr-agent");
        problem = null;
        if (File.Exists(executable))
        {
            return new([executable]);
        }

        if (File.Exists(executable + ".dll"))
        {
            return new([DotnetRoot() is { } root ? Path.Combine(root, "dotnet") : "dotnet", executable + ".dll"]);
        }

        problem = Message.Of(HostsCodes.NoAgent, ("path", executable));
        return null;
    }

    /// <summary>
    /// The .NET installation that runs the Server; null when the Server has its runtime within itself. The agent's executable would look for .NET in the usual
    /// places only, and miss one in a home directory.
    /// </summary>
    public static string? DotnetRoot()
    {
        string? root = RuntimeEnvironment.GetRuntimeDirectory();
        for (int up = 0; up < 3 && root is not null; up++)
        {
            root = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(root));
        }

        return root is not null && File.Exists(Path.Combine(root, "dotnet")) ? root : null;
    }
}
