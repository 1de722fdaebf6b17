namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants in C's spelling, of x86-64 and arm64 Linux; a test holds each against the machine's headers.</summary>
internal static class Constants
{
    public const int AF_INET = 2,
        AF_INET6 = 10,
        AF_NETLINK = 16;
    public const int SOCK_STREAM = 1,
        SOCK_RAW = 3,
        SOCK_NONBLOCK = 0x800,
        SOCK_CLOEXEC = 0x80000;
    public const int IPPROTO_IP = 0,
        IPPROTO_TCP = 6;
    public const int SOL_SOCKET = 1,
        SOL_IPV6 = 41;
    public const int SO_REUSEADDR = 2,
        SO_REUSEPORT = 15,
        SO_LINGER = 13,
        SO_RCVBUF = 8,
        SO_RCVTIMEO = 20,
        SO_SNDTIMEO = 21,
        SO_MEMINFO = 55,
        SO_NETNS_COOKIE = 71;
    public const int IPV6_V6ONLY = 26;
    public const int SHUT_RD = 0,
        SHUT_WR = 1,
        SHUT_RDWR = 2,
        MSG_DONTWAIT = 0x40;
    public const short POLLIN = 1;
    public const int EFD_NONBLOCK = 0x800,
        EFD_CLOEXEC = 0x80000;
    public const int O_RDONLY = 0,
        O_WRONLY = 1,
        O_NONBLOCK = 0x800,
        O_CLOEXEC = 0x80000;
    public const int CLOCK_MONOTONIC = 1,
        CLOCK_PROCESS_CPUTIME_ID = 2,
        CLOCK_THREAD_CPUTIME_ID = 3,
        CLOCK_MONOTONIC_COARSE = 6;
    public const int _SC_CLK_TCK = 2;
    public const int PR_SET_PDEATHSIG = 1;
    public const int SIGKILL = 9,
        SIGTERM = 15;
    public const int EPERM = 1,
        ENOENT = 2,
        EINTR = 4,
        EIO = 5,
        EAGAIN = 11,
        EACCES = 13,
        EPIPE = 32,
        EINVAL = 22,
        EOPNOTSUPP = 95,
        ENOBUFS = 105;

    public const int NETLINK_SOCK_DIAG = 4;
    public const ushort NLMSG_ERROR = 2,
        NLMSG_DONE = 3;
    public const ushort NLM_F_REQUEST = 1,
        NLM_F_ACK = 4,
        NLM_F_DUMP = 0x300;
    public const ushort TCPDIAG_GETSOCK = 18,
        SOCK_DIAG_BY_FAMILY = 20,
        SOCK_DESTROY = 21;
    public const int SKNLGRP_INET_TCP_DESTROY = 1,
        SKNLGRP_INET6_TCP_DESTROY = 3;
    public const int SK_MEMINFO_DROPS = 8,
        SK_MEMINFO_VARS = 9;
    public const ushort INET_DIAG_REQ_BYTECODE = 1,
        INET_DIAG_SKV6ONLY = 11;
    public const byte INET_DIAG_BC_JMP = 1,
        INET_DIAG_BC_S_EQ = 11,
        INET_DIAG_BC_D_EQ = 12;
    public const uint INET_DIAG_NOCOOKIE = ~0u;
}
