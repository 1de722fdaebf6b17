using System.Diagnostics.Metrics;
using ReuseAddrDashboard.Server.Metrics;

namespace ReuseAddrDashboard.Server.Tests.Metrics;

internal static class TestMetrics
{
    /// <summary>Metrics that nobody reads.</summary>
    public static DashboardMetrics Unheard() => new(new Meters());

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose() { }
    }
}
