using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Runs;

/// <summary>A page of the list.</summary>
/// <param name="Runs">Newest first.</param>
/// <param name="Total">How many runs the filters let through.</param>
/// <param name="Newer">How many of them are newer than these.</param>
public sealed record RunsPart(IReadOnlyList<RunSummary> Runs, int Total, int Newer);

/// <summary>The runs that the dashboard has stored.</summary>
public sealed class RunLibrary(HttpClient http)
{
    /// <summary>Runs a page of the list has.</summary>
    public const int PageSize = 50;

    /// <summary>A page of the list, or why there is none.</summary>
    public async Task<(RunsPart? Part, Message? Trouble)> List(RunsQuery query, CancellationToken cancel) =>
        await Ask(
            HttpMethod.Get,
            $"api/runs?limit={PageSize}{(query.ToString() is { Length: > 0 } asked ? $"&{asked}" : "")}",
            null,
            async answer =>
            {
                IReadOnlyList<RunSummary> runs = await answer.Content.ReadFromJsonAsync(LabJson.Default.IReadOnlyListRunSummary, cancel) ?? [];
                return new RunsPart(runs, Number(answer, RunListHeaders.Total) ?? runs.Count, Number(answer, RunListHeaders.Newer) ?? 0);
            },
            cancel
        );

    /// <summary>What the list can be filtered by.</summary>
    public Task<(RunFilters? Filters, Message? Trouble)> Filters(CancellationToken cancel) =>
        Ask(HttpMethod.Get, "api/runs/filters", LabJson.Default.RunFilters, cancel);

    /// <summary>Writes a note, or keeps a run: its line as it is then, or why not.</summary>
    public Task<(RunSummary? Line, Message? Trouble)> Mark(string id, RunMark mark, CancellationToken cancel) =>
        Ask(
            HttpMethod.Patch,
            $"api/runs/{Uri.EscapeDataString(id)}",
            JsonContent.Create(mark, LabJson.Default.RunMark),
            answer => answer.Content.ReadFromJsonAsync(LabJson.Default.RunSummary, cancel),
            cancel
        );

    /// <summary>Deletes runs, with a way back: which, or why none.</summary>
    public Task<(RunsDone? Done, Message? Trouble)> Delete(IEnumerable<string> ids) =>
        Ask(HttpMethod.Delete, $"api/runs?{Named(ids)}", LabJson.Default.RunsDone, CancellationToken.None);

    /// <summary>Puts back runs that were deleted: which, or why none.</summary>
    public Task<(RunsDone? Done, Message? Trouble)> Restore(IEnumerable<string> ids) =>
        Ask(HttpMethod.Post, $"api/runs/restore?{Named(ids)}", LabJson.Default.RunsDone, CancellationToken.None);

    /// <summary>Where the files of several runs are, as one zip.</summary>
    public static string Download(IEnumerable<string> ids) => $"api/runs/download?{Named(ids)}";

    /// <summary>A whole run, or why there is none.</summary>
    public async Task<(RunFile? Run, Message? Trouble)> Get(string id, CancellationToken cancel)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync($"api/runs/{Uri.EscapeDataString(id)}", cancel);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return (null, Message.Of("runs.missing", ("id", id)));
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadFromJsonAsync(LabJson.Default.RunFile, cancel), null)
                : (null, Message.Of("runs.unreadable", ("id", id)));
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

    private Task<(T?, Message?)> Ask<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class => Ask(method, path, null, answer => answer.Content.ReadFromJsonAsync(type, cancel), cancel);

    // What is refused is told by its code, in the language of this page.
    private async Task<(T?, Message?)> Ask<T>(
        HttpMethod method,
        string path,
        HttpContent? body,
        Func<HttpResponseMessage, Task<T?>> read,
        CancellationToken cancel
    )
        where T : class
    {
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = body };
            using HttpResponseMessage answer = await http.SendAsync(request, cancel);
            return answer.IsSuccessStatusCode ? (await read(answer), null) : (null, await answer.Content.ReadFromJsonAsync(LabJson.Default.Message, cancel));
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return (null, new("runs.unreachable"));
        }
    }

    private static string Named(IEnumerable<string> ids) => string.Join('&', ids.Select(id => $"id={Uri.EscapeDataString(id)}"));

    private static int? Number(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out IEnumerable<string>? values)
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    private static bool IsTrouble(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or JsonException || e is OperationCanceledException && !cancel.IsCancellationRequested;
}
