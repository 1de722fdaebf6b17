using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Tests;

/// <summary>The logs of runs that were really made, in <c>Fold/Logs</c>.</summary>
internal static class RealRuns
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Fold", "Logs");

    public static IEnumerable<string> All => Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order();

    public static string PathOf(string run) => Path.Combine(Folder, run + ".json");

    public static RunFile Read(string run) => JsonSerializer.Deserialize(File.ReadAllText(PathOf(run)), WireJson.Default.RunFile)!;
}
