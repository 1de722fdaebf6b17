using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Benchmarks.Fuzzing;

/// <summary>
/// Memory between two pages that nobody may touch: an input ends where the second begins, or begins where the first ends, so that a read outside ends the
/// process (SIGSEGV).
/// </summary>
internal sealed unsafe partial class GuardedPage : IDisposable
{
    private const int Readable = 1,
        Writable = 2,
        PrivateAnonymous = 0x22;

    private readonly byte* _begin;
    private readonly nuint _page = (nuint)Environment.SystemPageSize,
        _room;

    /// <param name="most">Octets of the longest input.</param>
    public GuardedPage(int most)
    {
        _room = ((nuint)most + _page - 1) / _page * _page;
        _begin = (byte*)mmap(null, _room + 2 * _page, 0, PrivateAnonymous, -1, 0);
        if (_begin == (byte*)-1 || mprotect(_begin + _page, _room, Readable | Writable) != 0)
            throw new Win32Exception();
    }

    /// <summary>The octets where the next one is out of bounds.</summary>
    public ReadOnlySpan<byte> AtEnd(ReadOnlySpan<byte> octets) => At(_begin + _page + _room - octets.Length, octets);

    /// <summary>The octets where the one before is out of bounds.</summary>
    public ReadOnlySpan<byte> AtBegin(ReadOnlySpan<byte> octets) => At(_begin + _page, octets);

    public void Dispose() => _ = munmap(_begin, _room + 2 * _page);

    private static ReadOnlySpan<byte> At(byte* place, ReadOnlySpan<byte> octets)
    {
        var span = new Span<byte>(place, octets.Length);
        octets.CopyTo(span);
        return span;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(void* address, nuint length);
}
