using System.Diagnostics;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>Runs a shell command in an agent's network namespace, by a tool that nobody here wrote.</summary>
internal static class InNamespace
{
    public static async Task<string> Of(Agent agent, string command, CancellationToken cancel)
    {
        // An ordinary user may enter only through the user namespace that owns the network namespace; root may enter directly.
        IEnumerable<string> user = Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];
        return await Run(["nsenter", $"--target={agent.Process}", "--net", .. user, "--", "bash", "-c", command], cancel);
    }

    public static Task<string> Outside(string command, CancellationToken cancel) => Run(["bash", "-c", command], cancel);

    private static async Task<string> Run(IReadOnlyList<string> command, CancellationToken cancel)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> error = process.StandardError.ReadToEndAsync(cancel);
        string output = await process.StandardOutput.ReadToEndAsync(cancel);
        return (output + await error).Trim();
    }
}
