using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Pages.Replay;

/// <summary>Reads run files that a person drops or chooses, or that an address of this dashboard names. Nothing is sent anywhere.</summary>
/// <param name="http">Asks this dashboard.</param>
/// <param name="navigation">Knows what this dashboard's addresses are.</param>
internal sealed class RunFileSource(HttpClient http, NavigationManager navigation)
{
    /// <summary>Reads a file of this person's: the run, or why there is none.</summary>
    public async Task<(RunFile? Run, Message? Trouble)> Read(IBrowserFile file, CancellationToken cancel)
    {
        if (file.Size > RunReader.MaxOctets)
            return (null, TooLarge(file.Name));
        try
        {
            await using Stream stream = file.OpenReadStream(RunReader.MaxOctets, cancel);
            return await Read(file.Name, stream, cancel);
        }
        catch (Exception e) when (e is IOException or Microsoft.JSInterop.JSException)
        {
            return (null, Message.Of("replay.file-unreadable", ("name", file.Name)));
        }
    }

    /// <summary>Reads what an address names: the run, or why there is none.</summary>
    /// <param name="address">Of this dashboard, whole or below its base.</param>
    /// <param name="cancel">Nobody waits any more.</param>
    public async Task<(RunFile? Run, Message? Trouble)> Read(string address, CancellationToken cancel)
    {
        if (Here(address) is not { } uri)
            return (null, Message.Of("replay.file-elsewhere", ("file", address)));
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return (null, Message.Of("replay.file-missing", ("file", address)));
            if (!answer.IsSuccessStatusCode)
                return (null, Message.Of("replay.file-refused", ("file", address), ("status", (int)answer.StatusCode)));
            await using Stream stream = await answer.Content.ReadAsStreamAsync(cancel);
            return await Read(address, stream, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return (null, Message.Of("replay.file-unreachable", ("file", address)));
        }
    }

    /// <summary>The address where it is one of this dashboard's; null otherwise.</summary>
    public Uri? Here(string address) =>
        Uri.TryCreate(new(navigation.BaseUri), address, out Uri? uri) && uri.AbsoluteUri.StartsWith(navigation.BaseUri, StringComparison.Ordinal) ? uri : null;

    /// <summary>Whether an address names a run that was recorded before this dashboard was there.</summary>
    public bool IsRecorded(string? address) =>
        address is not null
        && Here(address) is { } uri
        && uri.AbsoluteUri[navigation.BaseUri.Length..].StartsWith(RecordedRuns.Address, StringComparison.Ordinal);

    private static async Task<(RunFile?, Message?)> Read(string name, Stream stream, CancellationToken cancel)
    {
        using var octets = new MemoryStream();
        byte[] piece = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(piece, cancel)) > 0; )
        {
            if (octets.Length + read > RunReader.MaxOctets)
                return (null, TooLarge(name));
            octets.Write(piece, 0, read);
        }
        ReadOnlyMemory<byte> json = octets.GetBuffer().AsMemory(0, (int)octets.Length);
        try
        {
            RunFile run = RunReader.File(json);
            return RunFileCheck.IsWhole(run) ? (run, null) : (null, Message.Of("replay.file-damaged", ("name", name)));
        }
        // An event that does not say its kind is no JSON that the reader supports.
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (
                null,
                RunReader.UnknownFormat(json) is { } format
                    ? Message.Of("replay.file-format", ("name", name), ("format", format))
                    : Message.Of("replay.file-no-run", ("name", name))
            );
        }
    }

    private static Message TooLarge(string name) => Message.Of("replay.file-too-large", ("name", name), ("most", RunReader.MaxOctets / 1024 / 1024));
}
