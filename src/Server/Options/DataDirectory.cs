namespace ReuseAddrDashboard.Server.Options;

/// <summary>The directory in which runs are kept, held by one dashboard at a time: two would take each other's open runs for left behind.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "runs.db");

    /// <exception cref="InvalidDataException">It cannot be used; the message says why and what to do.</exception>
    public static DataDirectory Hold(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
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

    public void Dispose() => _lock.Dispose();
}
