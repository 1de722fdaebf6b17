using System.Diagnostics;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>
/// Runs a test in a network namespace of its own, so that no port of this machine is touched. A user namespace needs a process with one thread, so the test's
/// program
/// starts itself again under unshare for that one test.
/// </summary>
internal static class CaptureNamespace
{
    private const string Inside = "REUSEADDR_CAPTURE_INSIDE";

    // tcpdump run by uid 0 changes its user, which a user namespace with one user refuses: root stays root, and others keep their own number.
    private static string[] Unshare => Environment.IsPrivilegedProcess ? ["--net"] : ["--user", "--map-current-user", "--keep-caps", "--net"];

    /// <param name="test">The calling test: its class and method.</param>
    /// <param name="body">What to do inside; loopback is up.</param>
    /// <param name="without">A capability to go without, <c>net_raw</c>; null for none.</param>
    public static async Task Run((Type Class, string Method) test, Func<Task> body, string? without = null)
    {
        if (Environment.GetEnvironmentVariable(Inside) == test.Method)
        {
            CProgram.Tool("ip", "link", "set", "lo", "up");
            await body();
            return;
        }

        (int code, string text) = await Start("", [.. Unshare, "true"]);
        Assert.SkipWhen(code != 0, $"This machine lets nobody make a network namespace: {text.Trim()}");
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This program's path is not known.");
        string[] less = without is null ? [] : ["setpriv", $"--bounding-set=-{without}", $"--inh-caps=-{without}", $"--ambient-caps=-{without}"];
        (code, text) = await Start(
            test.Method,
            [.. Unshare, .. less, program, "--filter-method", $"{test.Class.FullName}.{test.Method}", "--no-progress", "--no-ansi"]
        );
        Assert.True(code == 0, text);
    }

    private static async Task<(int Code, string Text)> Start(string inside, string[] arguments)
    {
        ProcessStartInfo start = new("unshare", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Inside] = inside;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        output += await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
