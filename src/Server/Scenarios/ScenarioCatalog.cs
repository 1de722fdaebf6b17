using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>
/// The lessons there are: those of the product and those of a trainer's directories, one a file. A file that has become faulty keeps its last good version in
/// use. Read anew by <see cref="ScenarioWatch"/> alone, so there is one
/// writer; whoever reads has one picture, never half of two.
/// </summary>
internal sealed class ScenarioCatalog
{
    private readonly IReadOnlyList<ScenarioFolder> _folders;
    private volatile Picture _now;

    private ScenarioCatalog(IReadOnlyList<ScenarioFolder> folders, Picture now) => (_folders, _now) = (folders, now);

    private sealed record Picture(IReadOnlyDictionary<string, ScenarioFile> Files, IReadOnlyList<Scenario> All, IReadOnlyList<ScenarioFault> Faults);

    /// <summary>In the order of the catalogue: by topic, order and id.</summary>
    public IReadOnlyList<Scenario> All => _now.All;

    /// <summary>What is wrong with files, warnings among it.</summary>
    public IReadOnlyList<ScenarioFault> Faults => _now.Faults;

    /// <summary>The scenarios or the faults are others now; on the thread of whoever read them.</summary>
    public event Action? Changed;

    public Scenario? Find(string id) => _now.All.FirstOrDefault(s => s.Id == id);

    /// <summary>Reads every *.yaml of the product's directory and of others.</summary>
    /// <param name="own">The product's directory.</param>
    /// <param name="others">A trainer's directories; what is faulty there is left out and told in <see cref="Faults"/>.</param>
    /// <exception cref="InvalidDataException">Something is wrong in the product's directory; the message names file, place and fault, all at once.</exception>
    public static ScenarioCatalog Load(string own, IReadOnlyList<string>? others = null)
    {
        ScenarioFolder[] folders =
        [
            new(Path.GetFullPath(own), IsOwn: true),
            .. (others ?? []).Select(o => new ScenarioFolder(Path.GetFullPath(o), IsOwn: false)).Where(f => f.Directory != Path.GetFullPath(own)).Distinct(),
        ];
        Picture read = Read(folders, null);
        ScenarioFault[] faulty =
        [
            .. read.Faults.Where(f => !f.Warning && (f.File == folders[0].Directory || Path.GetDirectoryName(f.File) == folders[0].Directory)),
        ];
        return faulty.Length == 0
            ? new(folders, read)
            : throw new InvalidDataException(
                "The product's own scenarios cannot be used:" + string.Concat(faulty.Select(f => $"{Environment.NewLine}  {f.In(TextCatalog.English)}"))
            );
    }

    /// <summary>Reads what has changed and stayed the same since the call before.</summary>
    /// <returns>True when the scenarios or the faults are others now.</returns>
    public bool Reload()
    {
        Picture before = _now,
            read = Read(_folders, before.Files);
        _now = read;
        bool changed = !before.Faults.SequenceEqual(read.Faults) || !before.All.SequenceEqual(read.All, ReferenceEqualityComparer.Instance);
        if (changed)
            Changed?.Invoke();
        return changed;
    }

    private static Picture Read(IReadOnlyList<ScenarioFolder> folders, IReadOnlyDictionary<string, ScenarioFile>? before)
    {
        var files = new Dictionary<string, ScenarioFile>();
        var all = new Dictionary<string, Scenario>();
        var owners = new Dictionary<string, string>();
        var faults = new List<ScenarioFault>();
        foreach ((ScenarioFolder folder, string path, FileStamp stamp) in folders.SelectMany(f => f.List(faults).Select(file => (f, file.Key, file.Value))))
        {
            ScenarioFile file = before is null ? Read(path, stamp, null) : Look(path, stamp, before.GetValueOrDefault(path));
            files[path] = file;
            // What the product's own lessons do is meant, also where it deserves a warning.
            faults.AddRange(file.Faults.Where(f => !(folder.IsOwn && f.Warning)));
            if (file.Good is not { } scenario)
                continue;
            if (all.TryAdd(scenario.Id, scenario))
            {
                owners[scenario.Id] = path;
            }
            else
            {
                faults.Add(
                    new ScenarioFault("id", Message.Of(FaultCodes.DuplicateScenario, ("name", scenario.Id), ("file", owners[scenario.Id]))) { File = path }
                );
            }
        }
        return new(
            files,
            [.. all.Values.OrderBy(s => Topics.All.ToList().IndexOf(s.Topic)).ThenBy(s => s.Order).ThenBy(s => s.Id, StringComparer.Ordinal)],
            faults
        );
    }

    // An editor may be writing: a file is read once it has stayed the same from one look to the next.
    private static ScenarioFile Look(string path, FileStamp stamp, ScenarioFile? known)
    {
        if (known is { Changing: null } && known.Stamp == stamp)
            return known;
        return known?.Changing == stamp ? Read(path, stamp, known) : (known ?? new(path, default, null, [])) with { Changing = stamp };
    }

    private static ScenarioFile Read(string path, FileStamp stamp, ScenarioFile? known)
    {
        ScenarioReading read = ScenarioReader.ReadFile(path);
        return new(path, stamp, read.Scenario ?? known?.Good, read.Faults);
    }
}
