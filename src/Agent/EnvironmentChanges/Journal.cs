using System.Text.Json;
using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>
/// What has to be undone in this network namespace, on disk before it is done: whoever finds the file after this agent was killed can undo it. Without changes
/// there is neither file nor directory.
/// </summary>
internal sealed class Journal
{
    private const string Name = "journal";
    private const int MaxOctets = 1024 * 1024;

    private readonly JournalPlace _place;
    private readonly string _bootId;
    private readonly int _localHosts;
    private readonly List<JournalEntry> _entries = [];
    private string? _directory;

    /// <param name="place">Where it is.</param>
    /// <param name="bootId">The kernel's boot id.</param>
    /// <param name="localHosts">The process that made the namespace and with which it goes; 0 for none.</param>
    public Journal(JournalPlace place, string bootId, int localHosts = 0)
    {
        (_place, _bootId, _localHosts, _directory) = (place, bootId, localHosts, place.Find());
        if (_directory is not null && Read(_directory) is { } left && left.BootId == bootId)
            _entries.AddRange(left.Entries);
    }

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>Enters a change that is about to be made; it is on disk when this returns.</summary>
    /// <exception cref="IOException">The journal cannot be written: then nothing is to be changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Add(JournalEntry entry)
    {
        _entries.Add(entry);
        try
        {
            Write();
        }
        catch
        {
            _entries.Remove(entry);
            throw;
        }
    }

    /// <summary>Strikes a change out that was undone, or never made.</summary>
    /// <param name="entry">The change.</param>
    /// <param name="instead">What stands in the place of another entry from now on: a later change of the same thing goes back to the value before the first.
    /// Null for nothing.</param>
    public void Remove(JournalEntry entry, (JournalEntry Old, JournalEntry New)? instead = null)
    {
        _entries.Remove(entry);
        if (instead is { } change)
            _entries[_entries.IndexOf(change.Old)] = change.New;
        try
        {
            Write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays entered on disk: undoing it twice changes nothing.
        }
    }

    /// <summary>
    /// Removes the journals of this user's agents whose local hosts were killed: what they tell of went with its namespaces, and no agent will ever be there
    /// again.
    /// </summary>
    public void RemoveThoseOfTheDead()
    {
        try
        {
            foreach (string directory in _place.Others())
            {
                if (Read(directory) is { } left && (left.BootId != _bootId || left.LocalHosts != 0 && !Processes.Live(left.LocalHosts)))
                    Directory.Delete(directory, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another agent was quicker, or it stays: it does no harm.
        }
    }

    private static JournalFile? Read(string directory)
    {
        try
        {
            using FileStream stream = File.OpenRead(Path.Combine(directory, Name));
            return stream.Length <= MaxOctets ? JsonSerializer.Deserialize(stream, JournalJson.Default.JournalFile) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // None, or cut off while it was written for the first time: then the change it tells of was not made.
            return null;
        }
    }

    // Another file, then its name: whoever is killed in between leaves the old one or the new one.
    private void Write()
    {
        if (_entries.Count == 0)
        {
            if (_directory is { } empty)
                Directory.Delete(empty, recursive: true);
            _directory = null;
            return;
        }
        _directory ??= _place.Make();
        string file = Path.Combine(_directory, Name),
            next = file + ".new";
        using (FileStream stream = File.Create(next))
        {
            JsonSerializer.Serialize(stream, new JournalFile(_bootId, _entries, _localHosts), JournalJson.Default.JournalFile);
            stream.Flush(flushToDisk: true);
        }
        File.Move(next, file, overwrite: true);
        using var directory = new SocketFd(Libc.Open(_directory, Constants.O_RDONLY | Constants.O_CLOEXEC));
        _ = Libc.FSync(directory.Number);
    }
}
