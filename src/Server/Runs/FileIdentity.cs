using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>
/// Which file is at a path, whatever it is called: its file system and its inode (statx(2)). The number of an open file is not given to another one, deleted or
/// not.
/// </summary>
internal readonly partial record struct FileIdentity(uint Major, uint Minor, ulong Inode)
{
    private const int AT_FDCWD = -100;
    private const uint STATX_INO = 0x100;

    /// <summary>The file at a path; null where there is none, or it cannot be reached.</summary>
    public static FileIdentity? At(string path) =>
        Statx(AT_FDCWD, path, 0, STATX_INO, out Buffer found) == 0 ? new(found.DevMajor, found.DevMinor, found.Inode) : null;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out Buffer found);

    // struct statx of linux/stat.h, the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Buffer
    {
        [FieldOffset(32)]
        public readonly ulong Inode;

        [FieldOffset(136)]
        public readonly uint DevMajor;

        [FieldOffset(140)]
        public readonly uint DevMinor;
    }
}
