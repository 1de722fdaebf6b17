namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants of unix(7), posix_spawn(3) and waitpid(2) in C's spelling; a test holds each against the machine's headers.</summary>
internal static class ProcessConstants
{
    public const int AF_UNIX = 1,
        SOCK_SEQPACKET = 5,
        SOL_SOCKET = 1,
        SO_DOMAIN = 39;
    public const int SCM_RIGHTS = 1,
        MSG_CMSG_CLOEXEC = 0x4000_0000,
        MSG_CTRUNC = 8,
        MSG_NOSIGNAL = 0x4000;
    public const short POSIX_SPAWN_SETSID = 0x80;
    public const int WNOHANG = 1;
}
