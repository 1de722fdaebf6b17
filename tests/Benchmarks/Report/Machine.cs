using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Benchmarks.Report;

/// <summary>What was measured on.</summary>
internal static class Machine
{
    public static string Line =>
        $"{Cpu}, {Environment.ProcessorCount} cores, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The load average of the last minute: a busy machine measures itself.</summary>
    public static string Load => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Where .NET is: programs started directly find it there wherever it was installed.</summary>
    public static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    private static string Cpu =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1]
        ?? RuntimeInformation.ProcessArchitecture.ToString();
}
