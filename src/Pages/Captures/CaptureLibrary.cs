using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Pages.Captures;

/// <summary>What a connection of a capture file comes to; its run is read by <see cref="LabJson"/>, which has what runs are made of already.</summary>
internal sealed record ConnectionAnswer
{
    public required FileConnection Connection { get; init; }

    public required Message Closed { get; init; }

    public required IReadOnlyList<Message> TimeWait { get; init; }

    public required IReadOnlyList<Message> Remarks { get; init; }

    public required JsonElement Run { get; init; }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32)]
[JsonSerializable(typeof(CaptureEntry))]
[JsonSerializable(typeof(CapturePart))]
[JsonSerializable(typeof(ConnectionAnswer))]
internal sealed partial class CaptureJson : JsonSerializerContext;

/// <summary>The capture files that the dashboard holds.</summary>
internal sealed class CaptureLibrary(HttpClient http)
{
    /// <summary>Connections a page of the list has.</summary>
    public const int PageSize = 50;

    public Task<(CaptureEntry? Entry, Message? Trouble)> Get(string id, CancellationToken cancel) =>
        Ask($"api/captures/{Uri.EscapeDataString(id)}", CaptureJson.Default.CaptureEntry, cancel);

    /// <summary>A page of a file's connections.</summary>
    public Task<(CapturePart? Part, Message? Trouble)> List(string id, string text, string closed, int offset, CancellationToken cancel) =>
        Ask(
            $"api/captures/{Uri.EscapeDataString(id)}/connections?limit={PageSize}&offset={offset}{(text.Length > 0 ? $"&q={Uri.EscapeDataString(text)}" : "")}{(closed.Length > 0 ? $"&closed={closed}" : "")}",
            CaptureJson.Default.CapturePart,
            cancel
        );

    public Task<(ConnectionAnswer? Answer, Message? Trouble)> Connection(string id, int number, CancellationToken cancel) =>
        Ask($"api/captures/{Uri.EscapeDataString(id)}/connections/{number}", CaptureJson.Default.ConnectionAnswer, cancel);

    /// <summary>Reads what the opening of a file answered: the capture, or why there is none.</summary>
    /// <param name="status">HTTP's; 0 for no answer.</param>
    /// <param name="answer">The body.</param>
    public static (CaptureEntry? Entry, Message? Trouble) Opened(int status, string answer)
    {
        try
        {
            return status == 201 ? (JsonSerializer.Deserialize(answer, CaptureJson.Default.CaptureEntry), null)
                : status == 0 ? (null, new("captures.not-sent"))
                : (null, JsonSerializer.Deserialize(answer, LabJson.Default.Message) ?? new("captures.not-sent"));
        }
        catch (JsonException)
        {
            return (null, new("captures.not-sent"));
        }
    }

    // What is refused is told by its code, in the language of this page.
    private async Task<(T?, Message?)> Ask<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(path, cancel);
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadFromJsonAsync(type, cancel), null)
                : (null, await answer.Content.ReadFromJsonAsync(LabJson.Default.Message, cancel));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return (null, new("captures.unreachable"));
        }
    }
}
