namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants of capabilities(7), prctl(2), fcntl(2) and statx(2) in C's spelling; a test holds each against the machine's headers.</summary>
internal static class CapabilityConstants
{
    public const int CAP_CHOWN = 0,
        CAP_DAC_OVERRIDE = 1,
        CAP_DAC_READ_SEARCH = 2,
        CAP_SETPCAP = 8,
        CAP_NET_BIND_SERVICE = 10,
        CAP_NET_ADMIN = 12,
        CAP_NET_RAW = 13,
        CAP_SYS_ADMIN = 21,
        CAP_SETFCAP = 31,
        CAP_PERFMON = 38,
        CAP_BPF = 39;
    public const uint _LINUX_CAPABILITY_VERSION_3 = 0x2008_0522;
    public const int PR_CAPBSET_DROP = 24,
        PR_SET_NO_NEW_PRIVS = 38,
        PR_GET_NO_NEW_PRIVS = 39,
        PR_CAP_AMBIENT = 47,
        PR_CAP_AMBIENT_RAISE = 2;
    public const int F_SETFD = 2,
        FD_CLOEXEC = 1;
    public const int AT_FDCWD = -100,
        AT_SYMLINK_NOFOLLOW = 0x100;
    public const uint STATX_MODE = 2,
        STATX_UID = 8;
    public const int S_IWGRP = 0x10,
        S_IWOTH = 2,
        S_IFMT = 0xf000,
        S_IFDIR = 0x4000;
}
