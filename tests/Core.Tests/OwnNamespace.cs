using System.Diagnostics;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests;

/// <summary>
/// Runs a test in user and network namespaces of its own, so that no port of this machine is touched and root is not needed.
/// CLONE_NEWUSER needs a process with one thread, so the test's program starts itself again under unshare for that one test.
/// </summary>
internal static class OwnNamespace
{
    private const string Inside = "REUSEADDR_TEST_INSIDE";

    /// <param name="test">The calling test: its class and method.</param>
    /// <param name="body">What to do inside; loopback is up.</param>
    /// <param name="users">True when it needs other users' ids, which a user namespace does not have: then root is needed.</param>
    public static async Task Run((Type Class, string Method) test, Func<Task> body, bool users = false)
    {
        if (Environment.GetEnvironmentVariable(Inside) == test.Method)
        {
            await Run("ip", "link", "set", "lo", "up");
            await body();
            return;
        }

        Assert.SkipWhen(users && !Environment.IsPrivilegedProcess, "Sockets of other users need root.");
        string[] spaces = users ? ["--net"] : ["--user", "--map-root-user", "--net"];
        (int code, string text) = await Start("unshare", [], [.. spaces, "true"]);
        Assert.SkipWhen(code != 0, $"This machine lets nobody make a network namespace: {text.Trim()}");

        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This program's path is not known.");
        (code, text) = await Start(
            "unshare",
            [new(Inside, test.Method)],
            [.. spaces, program, "--filter-method", $"{test.Class.FullName}.{test.Method}", "--no-progress", "--no-ansi"]
        );
        Assert.True(code == 0, text);
    }

    /// <summary>Runs a program to its end and returns what it printed; fails the test when the program failed.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        (int code, string text) = await Start(program, [], arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {text}");
        return text;
    }

    private static async Task<(int Code, string Text)> Start(string program, KeyValuePair<string, string>[] environment, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        output += await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
