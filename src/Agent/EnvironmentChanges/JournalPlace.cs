using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>Where a journal is: a directory of its own that this user alone may write, in the first of several that can be had.</summary>
/// <param name="owner">Whose it is.</param>
/// <param name="roots">Where the directory may be made, the best first; null for one that this system does not have.</param>
internal sealed unsafe class JournalPlace(string owner, IReadOnlyList<string?> roots)
{
    private readonly string _name = Prefix() + owner;

    /// <summary>The place of an agent in the calling thread's network namespace: another agent of that name in that namespace finds the same.</summary>
    public static JournalPlace Of(string agent) =>
        new($"{Namespace()}-{agent}", [System.Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), "/run", Path.GetTempPath()]);

    private IEnumerable<string> Candidates => roots.OfType<string>().Where(r => r.Length > 0).Select(r => Path.Combine(r, _name));

    /// <summary>The directory that is there; null for none.</summary>
    public string? Find() => Candidates.FirstOrDefault(IsPrivate);

    /// <summary>The directories of this user's other agents.</summary>
    /// <exception cref="IOException">A root cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public IReadOnlyList<string> Others() =>
        [
            .. roots
                .OfType<string>()
                .Where(Directory.Exists)
                .SelectMany(r => Directory.EnumerateDirectories(r, Prefix() + "*"))
                .Where(p => Path.GetFileName(p) != _name && IsPrivate(p)),
        ];

    /// <summary>Makes the directory.</summary>
    /// <exception cref="NoJournalPlaceException">It can be had nowhere.</exception>
    public string Make()
    {
        foreach (string path in Candidates)
        {
            try
            {
                _ = Directory.CreateDirectory(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (IsPrivate(path))
                return path;
        }
        throw new NoJournalPlaceException();
    }

    private static string Prefix() => string.Create(CultureInfo.InvariantCulture, $"reuseaddr-agent-{OuterUid()}-");

    // Names the calling thread's network namespace: its cookie, which the kernel never gives again, or where it has none (before Linux 5.14) the inode.
    private static string Namespace()
    {
        using var socket = new SocketFd(Libc.Socket(Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, 0));
        ulong cookie;
        uint length = sizeof(ulong);
        return Libc.GetSockOpt(socket.Number, Constants.SOL_SOCKET, Constants.SO_NETNS_COOKIE, &cookie, &length) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"cookie-{cookie}")
            : string.Create(CultureInfo.InvariantCulture, $"inode-{NetworkNamespace.Inode()}");
    }

    // A link that somebody else has put there would lead elsewhere.
    private static bool IsPrivate(string path)
    {
        StatX stat;
        return Libc.StatX(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MODE | STATX_UID, &stat) == 0
            && stat.Uid == Libc.GetEUid()
            && (stat.Mode & S_IFMT) == S_IFDIR
            && (stat.Mode & (S_IWGRP | S_IWOTH)) == 0;
    }

    // The number outside the user namespace, where everybody is 0: /proc/self/uid_map has inside, outside, count.
    private static long OuterUid()
    {
        long own = Libc.GetEUid();
        foreach (string line in TextFile.Lines("/proc/self/uid_map"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                words.Length == 3
                && long.TryParse(words[0], out long inside)
                && long.TryParse(words[1], out long outside)
                && long.TryParse(words[2], out long count)
                && own >= inside
                && own < inside + count
            )
            {
                return outside + own - inside;
            }
        }
        return own;
    }
}
