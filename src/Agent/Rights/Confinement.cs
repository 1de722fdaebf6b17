using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using ReuseAddrDashboard.Agent.Kernel;
using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.Rights;

/// <summary>
/// Opens the sources that need a right, then gives away every right but the two the agent goes on to use. Capabilities belong to a thread, and the runtime has several from
/// the start, which nobody can make give theirs away; so the agent executes its own program once more (execve(2)): the same process, whose every thread is born without.
/// </summary>
internal static class Confinement
{
    /// <summary>Names the descriptors to the program after execve.</summary>
    private const string Variable = "REUSEADDR_AGENT_SOURCES";

    /// <summary>SOCK_DESTROY, and ports below 1024.</summary>
    private static readonly ulong Used = Capabilities.Bit(CAP_NET_ADMIN) | Capabilities.Bit(CAP_NET_BIND_SERVICE);

    /// <summary>The sources, in a process that has no right it does not use. Does not return where the program is executed once more.</summary>
    /// <param name="dashboard">Path of the dashboard's Unix domain socket; null for none.</param>
    /// <param name="log">Takes a sentence when the kernel refuses that.</param>
    public static OpenSources Enter(string? dashboard, TextWriter log)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } said)
        {
            Environment.SetEnvironmentVariable(Variable, null);
            return OpenSources.TakeOver(said);
        }
        OpenSources sources = OpenSources.Open();
        // Before a right is given up that reading the path may need; the runtime keeps the answer.
        string? program = Environment.ProcessPath;
        ulong has = Capabilities.Permitted(), keep = Used | NeededForFiles(has, program, dashboard);
        if ((has & ~keep) == 0 && Capabilities.NoNewPrivileges)
            return sources;
        KernelRefusal refused = Capabilities.KeepOnly(keep, program is null ? 0 : Capabilities.OfFile(program)) ?? Execute(program, sources.HandOver());
        sources.KeepBack();
        log.WriteLine($"reuseaddr-agent: rights that are not needed could not be given away: {refused}.");
        return sources;
    }

    // Root may read what belongs to others by CAP_DAC_OVERRIDE alone: a program in somebody's home directory, say. Then that one stays.
    private static ulong NeededForFiles(ulong has, string? program, string? dashboard)
    {
        ulong files = has & (Capabilities.Bit(CAP_DAC_OVERRIDE) | Capabilities.Bit(CAP_DAC_READ_SEARCH));
        if (files == 0 || Capabilities.Use(has & ~files) is not null)
            return files;
        bool without = OwnFiles(program).All(Readable) && (dashboard is null || Reachable(dashboard));
        _ = Capabilities.Use(has);
        return without ? 0 : files;
    }

    private static IEnumerable<string> OwnFiles(string? program)
    {
        string[] first = program is null ? [] : [program];
        string[] directories = [AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory()];
        return first.Concat(directories).Concat(directories.Distinct().Where(Directory.Exists).SelectMany(Directory.EnumerateFiles));
    }

    private static bool Readable(string path)
    {
        using var fd = new SocketFd(Libc.Open(path, Constants.O_RDONLY | Constants.O_CLOEXEC));
        return !fd.IsInvalid || Marshal.GetLastPInvokeError() != Constants.EACCES;
    }

    // connect(2) asks for the right to write; open(2) does too before it finds that it cannot open a socket (ENXIO). access(2) asks by the permitted capabilities, which are not
    // those that are tried here. One that is not there yet will be the agent's own where nobody else may put it.
    private static bool Reachable(string socket)
    {
        using var fd = new SocketFd(Libc.Open(socket, Constants.O_WRONLY | Constants.O_NONBLOCK | Constants.O_CLOEXEC));
        return !fd.IsInvalid || Marshal.GetLastPInvokeError() switch
        {
            Constants.EACCES => false,
            Constants.ENOENT => IsOwn(Path.GetDirectoryName(socket) ?? "/"),
            _ => true,
        };
    }

    private static unsafe bool IsOwn(string directory)
    {
        StatX stat;
        return Libc.StatX(AT_FDCWD, directory, 0, STATX_MODE | STATX_UID, &stat) == 0 && stat.Uid == Libc.GetEUid() && (stat.Mode & (S_IWGRP | S_IWOTH)) == 0;
    }

    // Returns only when it fails.
    private static unsafe KernelRefusal Execute(string? program, string sources)
    {
        if (program is null)
            return new KernelRefusal("readlink(/proc/self/exe)", 0, "the kernel does not say which program this is");
        string[] arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
        IEnumerable<string> environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}").Append($"{Variable}={sources}");
        _ = Libc.ExecVE(program, Strings(arguments), Strings([.. environment]));
        return KernelRefusal.Last($"execve({program})");
    }

    // A C array of C strings; never freed, as the process either becomes another program or goes on once.
    private static unsafe byte** Strings(string[] texts)
    {
        var array = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Length; i++)
        {
            byte[] octets = Encoding.UTF8.GetBytes(texts[i]);
            array[i] = (byte*)NativeMemory.AllocZeroed((nuint)octets.Length + 1);
            octets.CopyTo(new Span<byte>(array[i], octets.Length));
        }
        return array;
    }
}
