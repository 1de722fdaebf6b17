using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Lessons;

/// <summary>The product's own lessons, with what tests expect of them.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Scenario> All { get; } = ScenarioCatalog.Load(Path.Combine(AppContext.BaseDirectory, "Scenarios")).All;
}
