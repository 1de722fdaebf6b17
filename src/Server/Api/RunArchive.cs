using System.IO.Compression;
using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>Run files as one zip, made while it is sent: one run at a time is in memory.</summary>
internal static class RunArchive
{
    public const string MediaType = "application/zip",
        FileName = "reuseaddr-runs.zip";

    /// <param name="ids">The runs; of one that cannot be read the problem is in its place.</param>
    /// <param name="reads">Reads them.</param>
    /// <param name="texts">The language of problems.</param>
    /// <param name="body">Where to.</param>
    /// <param name="cancel">Whoever asked for it has gone.</param>
    public static async Task Write(IReadOnlyList<string> ids, RunReads reads, TextCatalog texts, Stream body, CancellationToken cancel)
    {
        using var made = new Made();
        await using (ZipArchive zip = await ZipArchive.CreateAsync(made, ZipArchiveMode.Create, leaveOpen: true, null, cancel))
        {
            foreach (string id in ids)
            {
                (RunFile? run, Problem? problem) = await reads.Find(id, cancel);
                await using (
                    Stream file = await zip.CreateEntry(run is not null ? $"{id}.json" : $"{id}.problem.json", CompressionLevel.Fastest).OpenAsync(cancel)
                )
                {
                    if (run is not null)
                        await JsonSerializer.SerializeAsync(file, run, WireJson.Default.RunFile, cancel);
                    else
                        await JsonSerializer.SerializeAsync(file, problem!.In(texts), JsonSerializerOptions.Web, cancel);
                }
                await made.Send(body, cancel);
            }
        }
        await made.Send(body, cancel);
    }

    /// <summary>
    /// What of the archive was not sent yet. An archive ends its entries without waiting, which would hold a thread for whoever reads slowly; so it writes
    /// here.
    /// </summary>
    private sealed class Made : MemoryStream
    {
        // What was sent cannot be gone back to.
        public override bool CanSeek => false;

        public async Task Send(Stream body, CancellationToken cancel)
        {
            await body.WriteAsync(GetBuffer().AsMemory(0, (int)Length), cancel);
            SetLength(0);
        }
    }
}
