using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Benchmarks.Tables;

/// <summary>What a contestant's turn cost, in nanoseconds.</summary>
/// <param name="Cpu">User and system time.</param>
/// <param name="Wall">From its start to its end.</param>
internal readonly record struct Cost(long Cpu, long Wall);

/// <summary>
/// Runs a program with its output to /dev/null and no environment. By posix_spawn and wait4, as Process brings pipes and threads that would be measured too.
/// </summary>
internal static unsafe partial class ChildProcess
{
    private const int WriteOnly = 1;

    // glibc's is 80 octets, musl's also.
    private const int FileActionsSize = 256;

    /// <returns>The child's own CPU time, exec and dynamic linking included.</returns>
    public static Cost Run(params string[] command)
    {
        byte* actions = stackalloc byte[FileActionsSize];
        byte** argv = stackalloc byte*[command.Length + 1];
        byte** environment = stackalloc byte*[1];
        *environment = null;
        try
        {
            for (int i = 0; i < command.Length; i++)
                argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(command[i]);
            argv[command.Length] = null;
            Check(posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
            Check(posix_spawn_file_actions_addopen(actions, 1, "/dev/null", WriteOnly, 0), "posix_spawn_file_actions_addopen");
            long start = Stopwatch.GetTimestamp();
            int pid;
            Check(posix_spawnp(&pid, command[0], actions, null, argv, environment), command[0]);
            Usage usage;
            int status;
            if (wait4(pid, &status, 0, &usage) != pid)
                throw new Win32Exception();
            long wall = (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            Check(posix_spawn_file_actions_destroy(actions), "posix_spawn_file_actions_destroy");
            if (status != 0)
                throw new InvalidOperationException($"{string.Join(' ', command)} ended with wait status {status}.");
            return new(usage.Nanoseconds, wall);
        }
        finally
        {
            for (int i = 0; i < command.Length; i++)
                Marshal.FreeCoTaskMem((nint)argv[i]);
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>struct rusage of a 64-bit Linux: two timevals, then what is not needed here.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        private readonly long _userSeconds,
            _userMicroseconds,
            _systemSeconds,
            _systemMicroseconds;

        public readonly long Nanoseconds => (_userSeconds + _systemSeconds) * 1_000_000_000 + (_userMicroseconds + _systemMicroseconds) * 1000;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawnp(int* pid, string file, byte* actions, void* attributes, byte** argv, byte** environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int wait4(int pid, int* status, int options, Usage* usage);
}
