using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>bpf(2), which libc has no function for, and mmap.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SysCall(nint number, nint command, void* attributes, nuint size);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial nint MMap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    public static partial int MUnmap(nint address, nuint length);

    /// <summary>A descriptor, or -1 with errno.</summary>
    public static int Bpf(int command, void* attributes, int size) =>
        (int)SysCall(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? SYS_bpf_x86_64 : SYS_bpf_generic, command, attributes, (nuint)size);

    // asm/unistd_64.h, and asm-generic/unistd.h for arm64.
    private const nint SYS_bpf_x86_64 = 321,
        SYS_bpf_generic = 280;
}

/// <summary>union bpf_attr for BPF_MAP_CREATE.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BpfMapCreate
{
    public uint MapType;
    public uint KeySize;
    public uint ValueSize;
    public uint MaxEntries;
    public uint MapFlags;
}

/// <summary>union bpf_attr for BPF_PROG_LOAD.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfProgLoad
{
    public uint ProgType;
    public uint InsnCount;
    public ulong* Insns;
    public byte* License;
    public uint LogLevel;
    public uint LogSize;
    public byte* LogBuf;
    public uint KernVersion;
    public uint ProgFlags;
}

/// <summary>union bpf_attr for BPF_RAW_TRACEPOINT_OPEN.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfRawTracepoint
{
    public byte* Name;
    public uint ProgFd;
    public uint Pad;
}
