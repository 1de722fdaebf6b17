using System.Globalization;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using static ReuseAddrDashboard.Agent.Kernel.ProcessConstants;

namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>
/// <c>reuseaddr-agent hold PARENT</c>: a process that holds the sockets it is handed on its standard input until it is told to exit, is killed, or its parent
/// ends. It stands for a program of a
/// scenario whose end is to be the kernel's own work, and for a forked child.
/// </summary>
internal static unsafe class HoldProgram
{
    /// <summary>The mode's name on the command line.</summary>
    public const string Mode = "hold";

    /// <summary>What the parent says and hears.</summary>
    public const byte Hold = (byte)'h',
        Exit = (byte)'x',
        Ready = (byte)'r';

    /// <summary>Descriptors of one message at most (SCM_MAX_FD).</summary>
    public const int MaxDescriptors = 253;

    /// <param name="parent">The process that started this one.</param>
    /// <returns>The exit code: 0 when told to exit or the parent has ended, 2 when started by anybody else.</returns>
    public static int Run(string parent)
    {
        _ = Libc.PrCtl(Constants.PR_SET_PDEATHSIG, Constants.SIGKILL, 0, 0, 0);
        if (!int.TryParse(parent, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || Libc.GetPPid() != pid)
            return 2;
        CloseStrays();
        byte* control = stackalloc byte[sizeof(CMsgHdr) + MaxDescriptors * sizeof(int)];
        while (true)
        {
            byte word = 0;
            var vector = new IoVec { Base = &word, Length = 1 };
            var message = new MsgHdr
            {
                Iov = &vector,
                IovLength = 1,
                Control = control,
                ControlLength = (nuint)(sizeof(CMsgHdr) + MaxDescriptors * sizeof(int)),
            };
            nint length = Libc.RecvMsg(0, &message, 0);
            if (length < 0 && Marshal.GetLastPInvokeError() == Constants.EINTR)
                continue;
            if (length <= 0 || word == Exit)
                return 0;
            // The descriptors stay open: nothing here keeps or closes them, the kernel will.
            if (word == Hold && (message.Flags & MSG_CTRUNC) == 0)
                _ = SpawnedProcess.Send(0, Ready, []);
        }
    }

    // The agent makes its sockets as a scenario's programs do, without SOCK_CLOEXEC, and sets it at once; one that another thread was just making may have come
    // along.
    private static void CloseStrays()
    {
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd").ToArray())
        {
            int domain,
                fd = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            uint length = sizeof(int);
            if (fd > 2 && Libc.GetSockOpt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain is Constants.AF_INET or Constants.AF_INET6)
                _ = Libc.Close(fd);
        }
    }
}
