using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>A file as it was when it was last read.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Stamp">By which a change is noticed.</param>
/// <param name="Good">The scenario as the file last had it without fault; null for never.</param>
/// <param name="Faults">What is wrong with the file now.</param>
internal sealed record ScenarioFile(string Path, FileStamp Stamp, Scenario? Good, IReadOnlyList<ScenarioFault> Faults)
{
    /// <summary>What the last look saw of a file that is changing; it is read once two looks see the same. Null while nothing changes.</summary>
    public FileStamp? Changing { get; init; }
}

/// <summary>What a directory says of a file without opening it.</summary>
internal readonly record struct FileStamp(long Length, DateTime Written);

/// <summary>A directory of scenarios, one a file; not those in directories within.</summary>
/// <param name="Directory">Its full path.</param>
/// <param name="IsOwn">True for the product's own, in which every file has to be right.</param>
internal sealed record ScenarioFolder(string Directory, bool IsOwn)
{
    public const int MaxFiles = 500;

    /// <summary>The files there are, by path.</summary>
    /// <param name="faults">What keeps the directory, or some of its files, from being read.</param>
    public IReadOnlyDictionary<string, FileStamp> List(List<ScenarioFault> faults)
    {
        try
        {
            FileInfo[] found = [.. new DirectoryInfo(Directory).EnumerateFiles("*.yaml").OrderBy(f => f.Name, StringComparer.Ordinal)];
            if (found.Length == 0)
                faults.Add(new ScenarioFault("", new(FaultCodes.NoScenarios)) { File = Directory, Warning = !IsOwn });
            if (found.Length > MaxFiles)
                faults.Add(new ScenarioFault("", Message.Of(FaultCodes.TooManyFiles, ("given", found.Length), ("most", MaxFiles))) { File = Directory });
            return found.Take(MaxFiles).ToDictionary(f => f.FullName, Stamp);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new ScenarioFault("", Message.Of(FaultCodes.DirectoryUnreadable, ("text", e.Message))) { File = Directory });
            return new Dictionary<string, FileStamp>();
        }
    }

    /// <summary>A file that went between the listing and this has no length; reading it says why.</summary>
    private static FileStamp Stamp(FileInfo file) => file.Exists ? new(file.Length, file.LastWriteTimeUtc) : default;
}
