namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants in C's spelling, of x86-64 and arm64 Linux; a test holds each against the machine's headers.</summary>
internal static class Constants
{
    public const int AF_INET = 2, AF_INET6 = 10;
    public const int SOCK_STREAM = 1;
    public const int IPPROTO_IP = 0;
    public const int SOL_SOCKET = 1, SOL_IPV6 = 41;
    public const int SO_REUSEADDR = 2, SO_REUSEPORT = 15, SO_LINGER = 13;
    public const int IPV6_V6ONLY = 26;
    public const int SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2;
    public const short POLLIN = 1;
    public const int EFD_NONBLOCK = 0x800, EFD_CLOEXEC = 0x80000;
    public const int O_RDONLY = 0, O_CLOEXEC = 0x80000;
    public const int CLOCK_MONOTONIC = 1, CLOCK_PROCESS_CPUTIME_ID = 2, CLOCK_THREAD_CPUTIME_ID = 3;
    public const int _SC_CLK_TCK = 2;
    public const int PR_SET_PDEATHSIG = 1;
    public const int SIGKILL = 9;
    public const int CAP_NET_ADMIN = 12;
    public const int EINTR = 4;
}
