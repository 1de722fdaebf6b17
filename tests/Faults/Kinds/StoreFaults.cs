using Microsoft.Data.Sqlite;

namespace ReuseAddrDashboard.Faults.Kinds;

/// <summary>The database is locked, slow, deleted, damaged, out of reach, or its disk is full.</summary>
/// <param name="dashboard">Whose.</param>
/// <param name="small">True where the data directory is a disk of its own that can be filled.</param>
/// <param name="random">Chooses how long.</param>
/// <param name="cancel">The test ends.</param>
internal sealed class StoreFaults(Dashboard dashboard, bool small, Random random, CancellationToken cancel)
{
    private const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string Database => Path.Combine(dashboard.Data, "runs.db");

    public IReadOnlyList<FaultKind> All =>
        [
            new("another program locks the database", () => Lock(TimeSpan.FromMilliseconds(random.Next(200, 3000)), 1)),
            new("the store is slow", () => Lock(TimeSpan.FromMilliseconds(random.Next(300, 900)), 3)),
            new("the database is deleted", () => Task.FromResult(Delete())),
            new("the database is damaged", Damage),
            new("the data directory may not be entered", Close),
            .. small ? (FaultKind[])[new("the disk is full", Fill)] : [],
        ];

    /// <summary>Again and again, with a moment between in which a write gets through.</summary>
    private async Task<bool> Lock(TimeSpan length, int times)
    {
        using var other = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=1");
        try
        {
            other.Open();
            for (int i = 0; i < times; i++)
            {
                using (other.BeginTransaction())
                    await Task.Delay(length, cancel);
                await Task.Delay(20, cancel);
            }
            return true;
        }
        catch (SqliteException)
        {
            return false; // The dashboard was faster, or there is no database at the moment.
        }
    }

    private bool Delete()
    {
        string[] files = [.. Directory.EnumerateFiles(dashboard.Data, "runs.db*").Where(f => !f.Contains(".db.", StringComparison.Ordinal))];
        Array.ForEach(files, File.Delete);
        return files.Length > 0;
    }

    private async Task<bool> Damage()
    {
        if (!File.Exists(Database))
            return false;
        await using FileStream file = new(Database, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        byte[] rubbish = new byte[4096];
        random.NextBytes(rubbish);
        await file.WriteAsync(rubbish, cancel);
        return true;
    }

    private async Task<bool> Close()
    {
        File.SetUnixFileMode(dashboard.Data, UnixFileMode.None);
        await Task.Delay(random.Next(200, 2000), cancel);
        File.SetUnixFileMode(dashboard.Data, Owners);
        return true;
    }

    private async Task<bool> Fill()
    {
        string fill = Path.Combine(dashboard.Data, "fill");
        try
        {
            await using FileStream file = new(fill, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            byte[] octets = new byte[4096];
            while (true)
                file.Write(octets);
        }
        catch (IOException)
        {
            // Full.
        }
        await Task.Delay(random.Next(500, 3000), cancel);
        File.Delete(fill);
        return true;
    }
}
