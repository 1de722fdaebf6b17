using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.LocalHosts;
using ReuseAddrDashboard.Core.Wire;
using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.Rights;

/// <summary>
/// <c>reuseaddr-agent confined</c>: becomes the dashboard, which had become this, without the rights that it does not use. Before that it starts the process
/// that starts the local hosts for it, with the
/// rights that those need and a dashboard does not.
/// </summary>
internal static class ConfinedProgram
{
    /// <summary>
    /// What it takes to start the hosts, also again: namespaces, veth, sysctls and filters (SYS_ADMIN, NET_ADMIN), capture (NET_RAW), trace (BPF, PERFMON and
    /// SYS_ADMIN), what agents keep
    /// (NET_BIND_SERVICE, CHOWN), files of others (DAC_*), and SETPCAP to give away the rest.
    /// </summary>
    public static readonly ulong ForHosts = new[]
    {
        CAP_CHOWN,
        CAP_SETPCAP,
        CAP_NET_BIND_SERVICE,
        CAP_NET_ADMIN,
        CAP_NET_RAW,
        CAP_SYS_ADMIN,
        CAP_PERFMON,
        CAP_BPF,
    }.Aggregate(FileRights.All, (all, capability) => all | Capabilities.Bit(capability));

    /// <param name="arguments">Those after <c>confined</c>, as <see cref="LocalHostsContract"/> says.</param>
    /// <returns>The exit code; it returns only where the program cannot be executed.</returns>
    public static int Run(string[] arguments)
    {
        int end = Array.IndexOf(arguments, LocalHostsContract.ProgramFollows);
        if (end < 0 || end + 2 >= arguments.Length)
        {
            Console.Error.WriteLine("reuseaddr-agent confined: the dashboard starts this by itself.");
            return 2;
        }
        string[] options = arguments[..end];
        string program = arguments[end + 1];
        ulong has = Capabilities.Permitted();
        ulong keep =
            FileRights.Needed(has, () => options.All(CanDoWithout))
            | (options.Contains(LocalHostsContract.KeepLowPorts) ? Capabilities.Bit(CAP_NET_BIND_SERVICE) : 0);
        string starter = options.Contains(LocalHostsContract.LeaveStarter) ? StartStarter(has) : LocalHostsContract.NoStarter;
        if (Capabilities.KeepOnly(keep, Capabilities.OfFile(program)) is { } refused)
            Console.Error.WriteLine($"reuseaddr-agent confined: rights that are not needed could not be given away: {refused}.");
        Console.Error.WriteLine(
            $"reuseaddr-agent confined: {Execution.Become(program, arguments[(end + 2)..], (LocalHostsContract.StarterVariable, starter))}."
        );
        return 1;
    }

    private static bool CanDoWithout(string option) =>
        option.Split('=', 2) switch
        {
            [LocalHostsContract.Reads, var path] => FileRights.CanRead(path),
            [LocalHostsContract.Writes, var path] => FileRights.CanWrite(path),
            _ => true,
        };

    // A process has what the thread had that made it: so it is born with what it may keep.
    private static string StartStarter(ulong has)
    {
        ulong keep = ForHosts;
        // Without namespaces of networks alone there may be one of users, whose maker has to map itself (user_namespaces(7)).
        if ((has & Capabilities.Bit(CAP_SYS_ADMIN)) == 0)
            keep |= Capabilities.Bit(CAP_SETFCAP);
        string said = LocalHostsContract.NoStarter;
        var thread = new Thread(() =>
        {
            ProcessStartInfo start = OwnProgram.Again([LocalHostsContract.StarterCommand]);
            if (Capabilities.KeepOnly(keep, Capabilities.OfFile(start.FileName)) is { } refused)
                Console.Error.WriteLine($"reuseaddr-agent confined: rights that hosts do not need could not be given away: {refused}.");
            (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
            Process process = Process.Start(start)!;
            int[] numbers =
            [
                process.Id,
                Leave(process.StandardInput.BaseStream),
                Leave(process.StandardOutput.BaseStream),
                Leave(process.StandardError.BaseStream),
            ];
            said = string.Join(' ', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));
        });
        thread.Start();
        thread.Join();
        return said;
    }

    // Open to the program that this process becomes; never closed here.
    private static int Leave(Stream stream)
    {
        var pipe = (PipeStream)stream;
        GC.SuppressFinalize(pipe.SafePipeHandle);
        int number = (int)pipe.SafePipeHandle.DangerousGetHandle();
        _ = Libc.Fcntl(number, F_SETFD, 0);
        return number;
    }
}
