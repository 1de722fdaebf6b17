using System.Diagnostics;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Tests.Shared;

/// <summary>Programs that nobody here wrote, run in the network namespace of one of the dashboard's hosts.</summary>
internal static class HostNamespace
{
    /// <summary>Starts one; null where this user may not enter the namespace.</summary>
    /// <param name="dashboard">The dashboard's process.</param>
    /// <param name="host">Whose namespace.</param>
    /// <param name="program">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Process? Start(int dashboard, HostFacts host, string program, params string[] arguments)
    {
        // A namespace belongs to a thread: the agent's own, or one of a program that runs both hosts.
        string link = $"net:[{host.NetworkNamespace}]";
        string? thread = ProcessTree
            .Below(dashboard)
            .SelectMany(process => Directory.EnumerateDirectories($"/proc/{process.Pid}/task"))
            .FirstOrDefault(task => Link($"{task}/ns/net") == link);
        if (thread is null)
            return null;
        // Hosts made by root stay in the user namespace there is, and nobody may enter that again.
        string[] user = Link($"{thread}/ns/user") == Link("/proc/self/ns/user") ? [] : ["--preserve-credentials", $"--user={thread}/ns/user"];
        ProcessStartInfo start = new("nsenter", [.. user, $"--net={thread}/ns/net", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("nsenter did not start.");
    }

    /// <summary>What one prints, or null where this user may not enter the namespace.</summary>
    public static async Task<string?> Output(int dashboard, HostFacts host, string program, params string[] arguments)
    {
        using Process? process = Start(dashboard, host, program, arguments);
        if (process is null)
            return null;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"nsenter: {await errors}");
    }

    private static string? Link(string path) => File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name;
}
