using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.Rights;

/// <summary>
/// Opens the sources that need a right, then gives away every right but those the agent goes on to use. Capabilities belong to a thread, and the runtime has
/// several from
/// the start, which nobody can make give theirs away; so the agent executes its own program once more (execve(2)): the same process, whose every thread is born
/// without.
/// </summary>
internal static class Confinement
{
    /// <summary>Names the descriptors to the program after execve.</summary>
    private const string Variable = "REUSEADDR_AGENT_SOURCES";

    /// <summary>SOCK_DESTROY, in a namespace of its own sysctls, nft and tc as well; and ports below 1024.</summary>
    private static readonly ulong Used = Capabilities.Bit(CAP_NET_ADMIN) | Capabilities.Bit(CAP_NET_BIND_SERVICE);

    /// <summary>The sources, in a process that has no right it does not use. Does not return where the program is executed once more.</summary>
    /// <param name="options">Whether it has a namespace of its own, and where the dashboard's Unix domain socket is.</param>
    /// <param name="log">Takes a sentence when the kernel refuses that.</param>
    public static OpenSources Enter(AgentOptions options, TextWriter log)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } said)
        {
            Environment.SetEnvironmentVariable(Variable, null);
            return OpenSources.TakeOver(said);
        }
        OpenSources sources = OpenSources.Open();
        // Before a right is given up that reading the path may need; the runtime keeps the answer.
        string? program = Environment.ProcessPath;
        ulong has = Capabilities.Permitted(),
            keep = Used | ForOtherUsers(options) | FileRights.Needed(has, () => CanDoWithout(program, options.Dashboard.Path));
        if ((has & ~keep) == 0 && Capabilities.NoNewPrivileges)
            return sources;
        KernelRefusal refused = Capabilities.KeepOnly(keep, program is null ? 0 : Capabilities.OfFile(program)) ?? Execute(program, sources.HandOver());
        sources.KeepBack();
        log.WriteLine($"reuseaddr-agent: rights that are not needed could not be given away: {refused}.");
        return sources;
    }

    // A socket is given to another user by fchown(2). That only the lab's own hosts do, and in a user namespace, which knows one user, nobody can. CAP_SETUID
    // would do as well, and would
    // also let the agent signal and trace what others run.
    private static ulong ForOtherUsers(AgentOptions options) => options.OwnNamespace != 0 && !UserNamespace.IsOwn() ? Capabilities.Bit(CAP_CHOWN) : 0;

    private static bool CanDoWithout(string? program, string? dashboard) =>
        (program is null || FileRights.CanRead(program))
        && FileRights.CanRead(AppContext.BaseDirectory)
        && FileRights.CanRead(RuntimeEnvironment.GetRuntimeDirectory())
        && (dashboard is null || Reachable(dashboard));

    // connect(2) asks for the right to write; open(2) does too before it finds that it cannot open a socket (ENXIO). access(2) asks by the permitted
    // capabilities, which are not
    // those that are tried here. One that is not there yet will be the agent's own where nobody else may put it.
    private static bool Reachable(string socket)
    {
        using var fd = new SocketFd(Libc.Open(socket, Constants.O_WRONLY | Constants.O_NONBLOCK | Constants.O_CLOEXEC));
        return !fd.IsInvalid
            || Marshal.GetLastPInvokeError() switch
            {
                Constants.EACCES => false,
                Constants.ENOENT => FileRights.IsOwn(Path.GetDirectoryName(socket) ?? "/", but: S_IWGRP | S_IWOTH),
                _ => true,
            };
    }

    // Returns only when it fails.
    private static KernelRefusal Execute(string? program, string sources) =>
        program is null
            ? KernelRefusal.Of("readlink(/proc/self/exe)", Constants.ENOENT)
            : Execution.Become(program, File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'), (Variable, sources));
}
