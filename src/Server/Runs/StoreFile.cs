using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>
/// The database as a file: holds it open, so that a deleted one can be written anew from what the kernel still keeps of it, and puts a damaged one aside. Only
/// the store's writer touches it.
/// </summary>
internal sealed class StoreFile(DataDirectory data, TimeProvider time) : IDisposable
{
    private const string Log = "-wal";
    private static readonly string[] Parts = ["", Log, "-shm"];
    private SqliteConnection? _held;
    private FileIdentity? _identity,
        _log;

    // Closing any descriptor of a file drops every lock that this process has on it, those of SQLite's connections too: another program that then closes the
    // database takes itself for the last one that has it open,
    // and deletes the write-ahead log (https://www.sqlite.org/howtocorrupt.html, 2.2). So there is one descriptor to read the header by, and it stays open as
    // long as any connection.
    private SafeFileHandle? _header;
    private (long Length, DateTime Written)? _checked;

    /// <summary>
    /// The connection string of a database that is there: whoever reads makes none in a deleted one's place. A path with a semicolon stays a path.
    /// </summary>
    public static string Connection(string database, bool pooling = true) =>
        // A lock that another program holds is waited for so long, in seconds, and then told.
        new SqliteConnectionStringBuilder
        {
            DataSource = database,
            Pooling = pooling,
            DefaultTimeout = 2,
            Mode = SqliteOpenMode.ReadWrite,
        }.ToString();

    /// <summary>Opens the database, which has its tables, and keeps it open.</summary>
    public void Hold()
    {
        _held?.Dispose();
        LetHeaderGo();
        _held = new SqliteConnection(Connection(data.Database, pooling: false));
        _held.Open();
        _identity = FileIdentity.At(data.Database);
        _header = File.OpenHandle(data.Database, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using SqliteCommand command = _held.CreateCommand();
        // A reader has the write-ahead log open as well.
        command.CommandText = "SELECT count(*) FROM (SELECT 1 FROM runs LIMIT 1)";
        command.ExecuteScalar();
        _log = FileIdentity.At(data.Database + Log);
    }

    /// <summary>True while the database that is held is the one at its path, and its write-ahead log too.</summary>
    public bool IsInPlace() =>
        _identity is { } held && FileIdentity.At(data.Database) == held && (_log is null || FileIdentity.At(data.Database + Log) == _log);

    /// <summary>
    /// False where the file was overwritten or cut, or where a checkpoint that the disk had no room for ended half-way. SQLite itself would notice only when it
    /// reads such a page again, perhaps after the next start.
    /// </summary>
    public bool IsWhole()
    {
        // https://www.sqlite.org/fileformat.html#the_database_header
        Span<byte> header = stackalloc byte[100];
        // A new one is empty until the first checkpoint.
        if (_header is not { } file || RandomAccess.GetLength(file) is not (> 0 and var length))
            return true;
        if (RandomAccess.Read(file, header, 0) < header.Length || !header.StartsWith("SQLite format 3\0"u8))
            return false;
        int page = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size && size == 1 ? 65536 : size;
        return length >= BinaryPrimitives.ReadUInt32BigEndian(header[28..]) * (long)page;
    }

    /// <summary>
    /// True where SQLite reads every page, from the file or from the write-ahead log. It reads the whole database, once as long as nobody writes to the file: a
    /// disk may stay full for hours.
    /// </summary>
    public bool ChecksOut()
    {
        var file = new FileInfo(data.Database);
        (long, DateTime) now = (file.Length, file.LastWriteTimeUtc);
        if (_checked == now)
            return true;
        try
        {
            using var connection = new SqliteConnection(Connection(data.Database, pooling: false));
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            bool well = command.ExecuteScalar() is "ok";
            _checked = well ? now : null;
            return well;
        }
        catch (SqliteException e) when (StoreFaults.StateAfter(e) == StoreState.Damaged)
        {
            return false;
        }
    }

    /// <summary>Writes the database that is held to its path once more, beside whatever took its place.</summary>
    /// <exception cref="StoreGoneException">It cannot be written there.</exception>
    public void WriteAnew()
    {
        if (_held is not { } held)
            throw new StoreGoneException(new InvalidOperationException("No database is held."));
        string copy = data.Database + ".new";
        try
        {
            DataDirectory.Make(data.Path);
            File.Delete(copy);
            DataDirectory.MakeFile(copy);
            using (var target = new SqliteConnection(Connection(copy, pooling: false)))
            {
                target.Open();
                held.BackupDatabase(target);
            }
            PutAside("replaced");
            File.Move(copy, data.Database);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StoreGoneException(e);
        }
        SqliteConnection.ClearAllPools();
        Hold();
    }

    /// <summary>Renames the database, so that another can take its place; nothing is overwritten.</summary>
    /// <returns>Where it is now; null where there is none.</returns>
    public string? PutAside(string why)
    {
        string stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture),
            aside = $"{data.Database}.{why}-{stamp}";
        for (int i = 2; File.Exists(aside); i++)
            aside = $"{data.Database}.{why}-{stamp}-{i}";
        bool moved = false;
        foreach (string part in Parts.Where(p => File.Exists(data.Database + p)))
        {
            File.Move(data.Database + part, aside + part);
            moved |= part.Length == 0;
        }
        return moved ? aside : null;
    }

    /// <summary>Lets the database go, which is damaged: nothing is read of it any more.</summary>
    public void Release()
    {
        _held?.Dispose();
        (_held, _identity) = (null, null);
        SqliteConnection.ClearAllPools();
        LetHeaderGo();
    }

    public void Dispose()
    {
        _held?.Dispose();
        SqliteConnection.ClearAllPools();
        LetHeaderGo();
    }

    private void LetHeaderGo()
    {
        _header?.Dispose();
        _header = null;
    }
}
