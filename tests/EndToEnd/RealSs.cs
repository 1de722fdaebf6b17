using System.Diagnostics;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The ss program run in the network namespace of one of the dashboard's hosts.</summary>
internal static class RealSs
{
    /// <summary>What it prints for the port, or null where this user may not enter the namespace.</summary>
    public static async Task<string?> Print(Dashboard dashboard, HostFacts host, int port)
    {
        // A namespace belongs to a thread: the agent's own, or one of a program that runs both hosts.
        string link = $"net:[{host.NetworkNamespace}]";
        string? thread = dashboard.Descendants().SelectMany(process => Directory.EnumerateDirectories($"/proc/{process.Pid}/task"))
            .FirstOrDefault(task => Link($"{task}/ns/net") == link);
        if (thread is null)
            return null;
        // Hosts made by root stay in the user namespace there is, and nobody may enter that again.
        string[] user = Link($"{thread}/ns/user") == Link("/proc/self/ns/user") ? [] : ["--preserve-credentials", $"--user={thread}/ns/user"];
        ProcessStartInfo start = new("nsenter", [.. user, $"--net={thread}/ns/net", "ss", "-anot4", $"sport == :{port}"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("nsenter did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"nsenter: {await errors}");
    }

    private static string? Link(string path) => File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name;
}
