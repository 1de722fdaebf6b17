using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Runs;

/// <summary>The runs that the dashboard has stored.</summary>
public sealed class RunLibrary(HttpClient http)
{
    /// <summary>Runs a page of the list has.</summary>
    public const int PageSize = 50;

    /// <summary>The next runs of the list, the newest first, or why there is no list.</summary>
    /// <param name="before">The last run of the page before; null for the newest.</param>
    /// <param name="cancel">The page is left.</param>
    public async Task<(IReadOnlyList<RunSummary>? Runs, Message? Trouble)> List(string? before, CancellationToken cancel)
    {
        try
        {
            string query = before is null ? "" : $"&before={Uri.EscapeDataString(before)}";
            return (await http.GetFromJsonAsync($"api/runs?limit={PageSize}{query}", LabJson.Default.IReadOnlyListRunSummary, cancel), null);
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return (null, new("runs.unreachable"));
        }
    }

    /// <summary>A whole run, or why there is none.</summary>
    public async Task<(RunFile? Run, Message? Trouble)> Get(string id, CancellationToken cancel)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync($"api/runs/{Uri.EscapeDataString(id)}", cancel);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return (null, Message.Of("runs.missing", ("id", id)));
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync(LabJson.Default.RunFile, cancel), null) : (null, Message.Of("runs.unreadable", ("id", id)));
        }
        catch (JsonException)
        {
            return (null, Message.Of("runs.unreadable", ("id", id)));
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return (null, new("runs.unreachable"));
        }
    }

    private static bool IsTrouble(Exception e, CancellationToken cancel) => e is HttpRequestException or JsonException || e is OperationCanceledException && !cancel.IsCancellationRequested;
}
