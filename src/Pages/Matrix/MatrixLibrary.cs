using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Pages.Matrix;

/// <summary>A kernel whose matrix comes with the dashboard, as /api/kernels lists it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kernel">uname -r.</param>
/// <param name="Os">What it came with.</param>
/// <param name="At">When it was tried.</param>
/// <param name="Command">The command that made it.</param>
public sealed record ShippedKernel(string Id, string Kernel, string Os, DateTimeOffset At, string Command);

/// <summary>The matrix of the lab's host, and those that come with the dashboard.</summary>
/// <param name="http">The dashboard.</param>
/// <param name="lab">The lab's id.</param>
public sealed class MatrixLibrary(HttpClient http, string lab)
{
    /// <summary>Where the matrix is as a file.</summary>
    /// <param name="end"><c>csv</c>, <c>md</c>; empty for JSON.</param>
    public string File(string end) => $"api/labs/{Uri.EscapeDataString(lab)}/matrix{(end.Length == 0 ? "" : $".{end}")}";

    /// <summary>What came after a number, or why it is not known.</summary>
    public async Task<(MatrixView? View, Message? Trouble)> Results(long since, CancellationToken cancel)
    {
        try
        {
            return (
                await http.GetFromJsonAsync($"api/labs/{Uri.EscapeDataString(lab)}/matrix/results?since={since}", LabJson.Default.MatrixView, cancel),
                null
            );
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return (null, new("runs.unreachable"));
        }
    }

    /// <summary>The kernels that come with the dashboard; none where they cannot be had.</summary>
    public async Task<IReadOnlyList<ShippedKernel>> Kernels(CancellationToken cancel)
    {
        try
        {
            return await http.GetFromJsonAsync("api/kernels", ShippedJson.Default.IReadOnlyListShippedKernel, cancel) ?? [];
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return [];
        }
    }

    /// <summary>The matrix of one of them, or why it is not known.</summary>
    public async Task<(MatrixFile? File, Message? Trouble)> Kernel(string id, CancellationToken cancel)
    {
        try
        {
            return MatrixFile.Read(await http.GetByteArrayAsync($"api/kernels/{Uri.EscapeDataString(id)}", cancel), out Message? fault) is { } file
                ? (file, null)
                : (null, fault);
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return (null, new("runs.unreachable"));
        }
    }

    private static bool IsTrouble(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or JsonException || e is OperationCanceledException && !cancel.IsCancellationRequested;
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 4)]
[JsonSerializable(typeof(IReadOnlyList<ShippedKernel>))]
internal sealed partial class ShippedJson : JsonSerializerContext;
