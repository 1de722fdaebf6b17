using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>The calling thread's capabilities (capabilities(7)), a bit for each. They belong to a thread, not to a process.</summary>
internal static unsafe class Capabilities
{
    public static ulong Bit(int capability) => 1ul << capability;

    /// <summary>Those the thread may use.</summary>
    public static ulong Permitted()
    {
        CapHeader header = new() { Version = _LINUX_CAPABILITY_VERSION_3 };
        CapData* data = stackalloc CapData[2];
        return Libc.CapGet(&header, data) == 0 ? data[0].Permitted | (ulong)data[1].Permitted << 32 : 0;
    }

    /// <summary>Uses these of the permitted ones only, until set otherwise.</summary>
    public static KernelRefusal? Use(ulong effective) => Set(effective, Permitted(), 0);

    /// <summary>
    /// Keeps these of the permitted ones and gives the others away, for good and for whatever program the thread executes: by no_new_privs neither uid 0 nor a
    /// file's
    /// capabilities bring them back.
    /// </summary>
    /// <param name="keep">These.</param>
    /// <param name="ofProgram">What the file of the program to execute has: execve(2) is EPERM where the bounding set lacks one of them.</param>
    public static KernelRefusal? KeepOnly(ulong keep, ulong ofProgram)
    {
        keep &= Permitted();
        if (Libc.PrCtl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
            return KernelRefusal.Last("prctl(PR_SET_NO_NEW_PRIVS)");
        for (int capability = 0; capability < 64; capability++)
        {
            // Needs CAP_SETPCAP, and is EINVAL past the kernel's last; without it no_new_privs does the same.
            if (((keep | ofProgram) & Bit(capability)) == 0)
                _ = Libc.PrCtl(PR_CAPBSET_DROP, (nuint)capability, 0, 0, 0);
        }
        if (Set(keep, keep, keep) is { } refused)
            return refused;
        for (int capability = 0; capability < 64; capability++)
        {
            // Ambient ones pass to a program that is not root's.
            if ((keep & Bit(capability)) != 0 && Libc.PrCtl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (nuint)capability, 0, 0) != 0)
                return KernelRefusal.Last("prctl(PR_CAP_AMBIENT_RAISE)");
        }
        return null;
    }

    /// <summary>Those that a program's file gives to who executes it (setcap(8), struct vfs_cap_data); 0 for none.</summary>
    public static ulong OfFile(string path)
    {
        const int room = 6; // magic_etc; permitted and inheritable, twice; rootid
        uint* data = stackalloc uint[room];
        return (int)Libc.GetXAttr(path, "security.capability", data, room * sizeof(uint)) switch
        {
            >= 5 * sizeof(uint) => data[1] | (ulong)data[3] << 32,
            3 * sizeof(uint) => data[1],
            _ => 0,
        };
    }

    public static bool NoNewPrivileges => Libc.PrCtl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

    private static KernelRefusal? Set(ulong effective, ulong permitted, ulong inheritable)
    {
        CapHeader header = new() { Version = _LINUX_CAPABILITY_VERSION_3 };
        CapData* data = stackalloc CapData[2];
        for (int i = 0; i < 2; i++)
        {
            data[i] = new CapData
            {
                Effective = (uint)(effective >> 32 * i),
                Permitted = (uint)(permitted >> 32 * i),
                Inheritable = (uint)(inheritable >> 32 * i),
            };
        }

        return Libc.CapSet(&header, data) == 0 ? null : KernelRefusal.Last("capset");
    }
}
