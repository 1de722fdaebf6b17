namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants of netlink(7), rtnetlink(7) and veth(4) in C's spelling; a test holds each against the machine's headers.</summary>
internal static class NetlinkConstants
{
    public const int NETLINK_ROUTE = 0,
        RTMGRP_LINK = 1;
    public const ushort NLM_F_EXCL = 0x200,
        NLM_F_CREATE = 0x400;
    public const ushort RTM_NEWLINK = 16,
        RTM_GETLINK = 18,
        RTM_NEWADDR = 20;
    public const ushort IFLA_IFNAME = 3,
        IFLA_OPERSTATE = 16,
        IFLA_LINKINFO = 18,
        IFLA_NET_NS_FD = 28;
    public const ushort IFLA_INFO_KIND = 1,
        IFLA_INFO_DATA = 2,
        VETH_INFO_PEER = 1;
    public const ushort IFA_ADDRESS = 1,
        IFA_LOCAL = 2,
        IFA_BROADCAST = 4;
    public const byte IFA_F_TEMPORARY = 1,
        IFA_F_NODAD = 2,
        IFA_F_DADFAILED = 8,
        IFA_F_DEPRECATED = 0x20,
        IFA_F_TENTATIVE = 0x40;
    public const uint IFF_UP = 1;
    public const byte IF_OPER_UP = 6;
    public const int ENODEV = 19;
}
