using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests;

/// <summary>The lessons that the dashboard has.</summary>
internal static class Lessons
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Lessons");

    public static IReadOnlyList<Scenario> All { get; } = [.. Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal).Select(Read)];

    private static Scenario Read(string path)
    {
        ScenarioReading reading = ScenarioReader.ReadFile(path);
        Assert.True(reading.Scenario is not null, $"{path}: {string.Join(' ', reading.Faults.Select(f => f.Problem))}");
        return reading.Scenario!;
    }
}
