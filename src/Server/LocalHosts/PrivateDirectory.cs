using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>
/// A directory for this user alone (mode 0700) with the Unix socket that the local agents use. It lives as long as the Server: removed when disposed, by the
/// program that keeps the local hosts when the Server is killed, and by the next Server when both were.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    /// <summary>sockaddr_un.sun_path with its closing zero (unix(7)).</summary>
    private const int LongestSocketPath = 108 - 1;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _owner;

    private PrivateDirectory(string directory, FileStream owner)
    {
        FullPath = directory;
        _owner = owner;
    }

    public string FullPath { get; }

    /// <summary>Where Kestrel shall listen.</summary>
    public string SocketPath => Path.Combine(FullPath, LocalHostsContract.SocketFile);

    /// <summary>The same for <c>--dashboard</c> of an agent.</summary>
    public string Dashboard => "unix:" + SocketPath;

    /// <summary>Makes the directory below $XDG_RUNTIME_DIR, or else the temporary directory, and removes what dead Servers left there.</summary>
    /// <exception cref="IOException">None of the places can be written, or all have too long a path for a Unix socket.</exception>
    public static PrivateDirectory Create() => Create([Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), Path.GetTempPath(), "/tmp"]);

    /// <param name="places">In order of preference; those that are null, empty or relative are passed over.</param>
    public static PrivateDirectory Create(IReadOnlyList<string?> places)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Local hosts need Linux. Start the Server with --hosts none, and agents on Linux machines.");
        }

        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{LocalHostsContract.DirectoryPrefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}"
        );
        var problems = new List<string>();
        foreach (string place in places.OfType<string>().Where(Path.IsPathFullyQualified).Distinct())
        {
            string directory = Path.Combine(place, name);
            if (Encoding.UTF8.GetByteCount(Path.Combine(directory, LocalHostsContract.SocketFile)) > LongestSocketPath)
            {
                problems.Add($"{place} is too long for the path of a Unix socket ({LongestSocketPath} octets)");
                continue;
            }

            try
            {
                if (!Directory.Exists(place))
                {
                    problems.Add($"{place} does not exist");
                    continue;
                }

                Directory.CreateDirectory(directory, OwnerOnly);
                var made = new PrivateDirectory(directory, Lock(directory, FileMode.CreateNew));
                RemoveThoseOfTheDead(place);
                return made;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(e.Message);
            }
        }

        throw new IOException(
            $"No place for the socket of the local hosts: {string.Join("; ", problems)}. Set TMPDIR to a directory that can be written and has a short path."
        );
    }

    public void Dispose()
    {
        _owner.Dispose();
        Remove(FullPath);
    }

    // FileShare.None is flock(LOCK_EX | LOCK_NB): the kernel lets go of it when the process ends, however it ends.
    private static FileStream Lock(string directory, FileMode mode) =>
        new(Path.Combine(directory, LocalHostsContract.OwnerFile), mode, FileAccess.ReadWrite, FileShare.None);

    private static void RemoveThoseOfTheDead(string place)
    {
        foreach (DirectoryInfo directory in new DirectoryInfo(place).EnumerateDirectories(LocalHostsContract.DirectoryPrefix + "*"))
        {
            // A link is not ours, and would lead the removal astray.
            if (directory.LinkTarget is null && IsDead(directory))
            {
                Remove(directory.FullName);
            }
        }
    }

    private static bool IsDead(DirectoryInfo directory)
    {
        try
        {
            Lock(directory.FullName, FileMode.Open).Dispose();
            return true;
        }
        catch (FileNotFoundException)
        {
            // Between its making and its lock, or on its way out: then the process in its name tells.
            string process = directory.Name[LocalHostsContract.DirectoryPrefix.Length..].Split('-')[0];
            return int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && !Directory.Exists($"/proc/{id}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // locked by a living Server, or another user's
        }
    }

    // By name, never a whole tree: what somebody else put there is somebody else's.
    private static void Remove(string directory)
    {
        try
        {
            File.Delete(Path.Combine(directory, LocalHostsContract.SocketFile));
            File.Delete(Path.Combine(directory, LocalHostsContract.OwnerFile));
            Directory.Delete(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // That program was faster, or a next Server will be luckier; nothing depends on it.
        }
    }
}
