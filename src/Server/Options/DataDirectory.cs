namespace ReuseAddrDashboard.Server.Options;

/// <summary>The directory in which runs are kept, held by one dashboard at a time: two would take each other's open runs for left behind.</summary>
/// <remarks>It and its files are their owner's alone: captured octets are in them, and whoever may open them may lock them.</remarks>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnersDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
        OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "runs.db");

    /// <exception cref="InvalidDataException">It cannot be used; the message says why and what to do.</exception>
    public static DataDirectory Hold(string path)
    {
        try
        {
            Make(path);
            string held = System.IO.Path.Combine(path, "lock");
            MakeFile(held);
            var directory = new DataDirectory(path, new FileStream(held, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
            // What an earlier version left open to others.
            foreach (string file in Directory.EnumerateFiles(path, "runs.db*"))
                MakeOwners(file, OwnersFile);
            return directory;
        }
        catch (IOException e) when (Directory.Exists(path) && File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            throw new InvalidDataException($"Another dashboard uses the data directory {path}. Stop it, or name another directory with --data.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The data directory {path} cannot be written ({e.Message}). Name another directory with --data.", e);
        }
    }

    /// <summary>True where other users may enter the directory, because it is another one's.</summary>
    public bool IsOpenToOthers => File.GetUnixFileMode(Path) != OwnersDirectory;

    /// <summary>Makes a directory that is its owner's alone, also of one that is there. Another user's is left as it is.</summary>
    public static void Make(string path)
    {
        Directory.CreateDirectory(path, OwnersDirectory);
        MakeOwners(path, OwnersDirectory);
    }

    /// <summary>Makes a file that is its owner's alone; one that is there keeps what it holds.</summary>
    public static void MakeFile(string path)
    {
        using (
            new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    UnixCreateMode = OwnersFile,
                }
            )
        ) { }
        MakeOwners(path, OwnersFile);
    }

    private static void MakeOwners(string path, UnixFileMode mode)
    {
        if (File.GetUnixFileMode(path) == mode)
            return;
        try
        {
            File.SetUnixFileMode(path, mode);
        }
        catch (UnauthorizedAccessException)
        {
            // Only its owner may. It can be used all the same, and the start says so.
        }
    }

    public void Dispose() => _lock.Dispose();
}
