using System.IO.Compression;
using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Recorded;

/// <summary>
/// Runs that were recorded on a real kernel and come with the dashboard, so that a lesson can be watched where no host is: one file <c>LESSON.json.gz</c> each,
/// made by
/// <c>record.sh</c> (CONTRIBUTING.md). What each says of its kernel and its date stands in its header.
/// </summary>
/// <param name="directory">Where the files are; it need not be there.</param>
internal sealed class RecordedRuns(string directory)
{
    private const string End = ".json.gz";

    private readonly Lazy<IReadOnlyList<RecordedRun>> _all = new(() => List(directory));

    /// <summary>By the lessons' ids.</summary>
    public IReadOnlyList<RecordedRun> All => _all.Value;

    /// <summary>The run of a lesson as it is in its file, compressed by gzip; null where none was recorded.</summary>
    public Stream? Open(string lesson) => All.Any(r => r.Scenario == lesson) ? File.OpenRead(Path.Combine(directory, lesson + End)) : null;

    private static IReadOnlyList<RecordedRun> List(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory, "*" + End).Order(StringComparer.Ordinal).Select(Read)] : [];

    private static RecordedRun Read(string file)
    {
        using var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using JsonDocument run = JsonDocument.Parse(gzip);
        JsonElement root = run.RootElement,
            script = root.GetProperty("script");
        return new()
        {
            Scenario = root.GetProperty("scenario").GetString()!,
            Title = script.GetProperty("title").Deserialize(WireJson.Default.LocalText)!,
            Topic = script.GetProperty("topic").GetString()!,
            Kernel = root.GetProperty("hosts")[0].GetProperty("kernel").GetString()!,
            StartedAt = root.GetProperty("startedAt").GetDateTimeOffset(),
            Events = root.GetProperty("events").GetArrayLength(),
        };
    }
}
