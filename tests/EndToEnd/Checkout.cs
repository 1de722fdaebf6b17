using System.Diagnostics;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Where things are in this checkout.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>Logs and screenshots; REUSEADDR_TEST_RESULTS overrides.</summary>
    public static string Results { get; } =
        Environment.GetEnvironmentVariable("REUSEADDR_TEST_RESULTS") is { Length: > 0 } results ? results : Path.Combine(Root, "out", "tests");

    /// <summary>The published server: that of REUSEADDR_PUBLISHED, else one published now into out/published.</summary>
    public static async Task<string> Published()
    {
        if (Environment.GetEnvironmentVariable("REUSEADDR_PUBLISHED") is { Length: > 0 } given)
            return given;
        string target = Path.Combine(Root, "out", "published");
        ProcessStartInfo publish = new(
            "dotnet",
            ["publish", Path.Combine(Root, "src", "Server"), "-c", "Release", "-o", target, "-nodeReuse:false", "-v", "quiet"]
        )
        {
            RedirectStandardOutput = true,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" },
        };
        using Process process = Process.Start(publish) ?? throw new InvalidOperationException("dotnet did not start.");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? target : throw new InvalidOperationException($"Publishing the server failed:\n{output}");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "ReuseAddrDashboard.sln")))
                return at.FullName;
        }
        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a checkout with ReuseAddrDashboard.sln.");
    }
}
