using System.Diagnostics.Metrics;
using ReuseAddrDashboard.Server.Metrics;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Tests.Metrics;

namespace ReuseAddrDashboard.Server.Tests.Options;

/// <summary>docs/configuration.md says what the program says.</summary>
public sealed class ConfigurationDocTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "configuration.md"));

    [Fact]
    public void Its_table_is_the_one_of_the_settings()
    {
        IEnumerable<string> rows = Settings.All.Select(s =>
            $"| `{s.Key}` | `{s.Variable}` | `--{s.Option}` | {s.Default switch { null => "in the user's data", "" => "", var text => $"`{text}`" }} | {s.Takes} |"
        );
        string table = string.Join('\n', ["| key | variable | option | default | takes |", "|---|---|---|---|---|", .. rows]) + "\n\n";
        Assert.True(Text.Contains(table, StringComparison.Ordinal), $"The table has to be:\n{table}");
    }

    [Fact]
    public void It_names_every_instrument()
    {
        var names = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add(instrument.Name) };
        using DashboardMetrics metrics = TestMetrics.Unheard();
        metrics.StoreQueue(() => 0);
        metrics.ViewerQueue(() => 0);
        listener.Start();
        string[] own = [.. names.Where(n => n.StartsWith("reuseaddr.", StringComparison.Ordinal)).Distinct()];
        Assert.True(own.Length > 10, string.Join(' ', own));
        Assert.All(own, n => Assert.Contains($"`{n}`", Text, StringComparison.Ordinal));
    }
}
