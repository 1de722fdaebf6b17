using System.Net.Http.Json;
using System.Text.Json;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Runs;

/// <summary>The runs that come with the dashboard, asked for once.</summary>
public sealed class RecordedRuns(HttpClient http)
{
    /// <summary>Where they are, below the base address; behind it the lesson's id.</summary>
    public const string Address = "api/recorded/";

    private IReadOnlyList<RecordedRun>? _all;

    /// <summary>All of them; none where the dashboard cannot be asked, and then the next asks again.</summary>
    public async Task<IReadOnlyList<RecordedRun>> List(CancellationToken cancel)
    {
        if (_all is not null)
            return _all;
        try
        {
            return _all = await http.GetFromJsonAsync("api/recorded", LabJson.Default.IReadOnlyListRecordedRun, cancel) ?? [];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>Whether a lab has no host that could play anything: then a recorded run is what can be watched.</summary>
    public static bool AreAway(LabState? state) => state is { } lab && lab.Hosts.All(h => !h.Connected);

    /// <summary>The page that shows one.</summary>
    public static string PageOf(string lesson) => $"runs/open?file={Address}{Uri.EscapeDataString(lesson)}";
}
