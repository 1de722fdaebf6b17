namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants of packet(7), socket filters and their stamps in C's spelling; a test holds each against the machine's headers.</summary>
internal static class PacketConstants
{
    public const int AF_PACKET = 17;
    public const int SOCK_DGRAM = 2,
        SOCK_NONBLOCK = 0x800,
        SOCK_CLOEXEC = 0x80000;
    public const int SO_RCVBUF = 8,
        SO_ATTACH_FILTER = 26,
        SO_RCVBUFFORCE = 33,
        SO_TIMESTAMPNS = 35,
        SCM_TIMESTAMPNS = 35;
    public const int SOL_PACKET = 263,
        PACKET_STATISTICS = 6;
    public const byte PACKET_HOST = 0,
        PACKET_OUTGOING = 4;
    public const int ETH_P_ALL = 3,
        ETH_P_IP = 0x800,
        ETH_P_IPV6 = 0x86dd;
    public const int ARPHRD_LOOPBACK = 772;
    public const int MSG_DONTWAIT = 0x40,
        MSG_TRUNC = 0x20;
    public const int CLOCK_REALTIME = 0;
    public const int EAGAIN = 11;

    public const int BPF_LD = 0,
        BPF_LDX = 1,
        BPF_JMP = 5,
        BPF_RET = 6;
    public const int BPF_W = 0,
        BPF_H = 8,
        BPF_B = 0x10,
        BPF_ABS = 0x20,
        BPF_IND = 0x40,
        BPF_MSH = 0xa0;
    public const int BPF_JEQ = 0x10,
        BPF_JSET = 0x40,
        BPF_K = 0,
        BPF_JA = 0;
    public const int SKF_AD_OFF = -0x1000,
        SKF_AD_PROTOCOL = 0,
        SKF_AD_PKTTYPE = 4,
        SKF_AD_HATYPE = 28;
}
