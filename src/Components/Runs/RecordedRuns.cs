using System.Net.Http.Json;
using System.Text.Json;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Runs;

/// <summary>The runs that come with the dashboard, asked for once.</summary>
public sealed class RecordedRuns(HttpClient http)
{
    /// <summary>Where they are, below the base address; behind it the lesson's id.</summary>
    public const string Address = "api/recorded/";

    private Task<IReadOnlyList<RecordedRun>?>? _all;

    /// <summary>All of them; none where the dashboard cannot be asked, and then the next asks again.</summary>
    public async Task<IReadOnlyList<RecordedRun>> List(CancellationToken cancel)
    {
        // One request for all that ask at once: a card of each lesson may.
        Task<IReadOnlyList<RecordedRun>?> asked = _all ??= http.GetFromJsonAsync(
            "api/recorded",
            LabJson.Default.IReadOnlyListRecordedRun,
            CancellationToken.None
        );
        try
        {
            return await asked.WaitAsync(cancel) ?? [];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException)
        {
            if (asked is { IsCompleted: true, IsCompletedSuccessfully: false } && _all == asked)
                _all = null;
            return [];
        }
    }

    /// <summary>Whether a lab has no host that could play anything: then a recorded run is what can be watched.</summary>
    public static bool AreAway(LabState? state) => state is { } lab && lab.Hosts.All(h => !h.Connected);

    /// <summary>The page that shows one.</summary>
    public static string PageOf(string lesson) => $"runs/open?file={Address}{Uri.EscapeDataString(lesson)}";
}
