using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.Rights;

/// <summary>
/// Root may open what belongs to others by two capabilities alone: a program in somebody's home directory, say. Whether that is needed, the kernel is asked.
/// </summary>
internal static class FileRights
{
    public static readonly ulong All = Capabilities.Bit(CAP_DAC_OVERRIDE) | Capabilities.Bit(CAP_DAC_READ_SEARCH);

    /// <summary>Those of the two that the thread has, where it cannot do without; 0 where it can.</summary>
    public static ulong Needed(ulong has, Func<bool> without)
    {
        ulong files = has & All;
        if (files == 0 || Capabilities.Use(has & ~files) is not null)
            return files;
        bool can = without();
        _ = Capabilities.Use(has);
        return can ? 0 : files;
    }

    /// <summary>A file, or a directory with the files in it; true also for what is not there.</summary>
    public static bool CanRead(string path) =>
        CanOpen(path, Constants.O_RDONLY) && (!Directory.Exists(path) || Directory.EnumerateFiles(path).All(f => CanOpen(f, Constants.O_RDONLY)));

    /// <summary>A directory, which may still have to be made, with the files in it.</summary>
    public static bool CanWrite(string directory)
    {
        string? there = directory;
        while (there is not null && !Path.Exists(there))
            there = Path.GetDirectoryName(there);
        return there is not null
            && IsOwn(there, but: 0)
            && (there != directory || Directory.EnumerateFiles(directory).All(f => CanOpen(f, Constants.O_WRONLY)));
    }

    /// <summary>True for a directory of this user's own.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="but">No bit of this may be in its mode.</param>
    public static unsafe bool IsOwn(string directory, int but)
    {
        StatX stat;
        return Libc.StatX(AT_FDCWD, directory, 0, STATX_MODE | STATX_UID, &stat) == 0 && stat.Uid == Libc.GetEUid() && (stat.Mode & but) == 0;
    }

    private static bool CanOpen(string path, int how)
    {
        using var fd = new SocketFd(Libc.Open(path, how | Constants.O_NONBLOCK | Constants.O_CLOEXEC));
        return !fd.IsInvalid || Marshal.GetLastPInvokeError() != Constants.EACCES;
    }
}
