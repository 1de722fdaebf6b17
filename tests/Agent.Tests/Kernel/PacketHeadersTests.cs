using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Constants and layouts of the packet socket against this machine's C headers.</summary>
public sealed class PacketHeadersTests
{
    private const string Includes = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <linux/filter.h>
        #include <linux/if_arp.h>
        #include <linux/if_ether.h>
        #include <linux/if_packet.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/socket.h>
        #include <time.h>

        """;

    [Fact]
    public void Constants_are_those_of_the_headers() => new CHeaders(Includes).Hold(typeof(PacketConstants), atLeast: 30);

    [Fact]
    public void Structs_are_laid_out_as_in_the_headers()
    {
        (string C, Type Type, (string C, string Name)[] Fields)[] structs =
        [
            (
                "sockaddr_ll",
                typeof(SockAddrLl),
                [
                    ("sll_family", "Family"),
                    ("sll_protocol", "Protocol"),
                    ("sll_ifindex", "Index"),
                    ("sll_hatype", "HaType"),
                    ("sll_pkttype", "PktType"),
                    ("sll_halen", "HaLen"),
                    ("sll_addr", "Address"),
                ]
            ),
            ("iovec", typeof(IoVec), [("iov_base", "Base"), ("iov_len", "Length")]),
            (
                "msghdr",
                typeof(MsgHdr),
                [
                    ("msg_name", "Name"),
                    ("msg_namelen", "NameLength"),
                    ("msg_iov", "Iov"),
                    ("msg_iovlen", "IovLength"),
                    ("msg_control", "Control"),
                    ("msg_controllen", "ControlLength"),
                    ("msg_flags", "Flags"),
                ]
            ),
            ("mmsghdr", typeof(MMsgHdr), [("msg_hdr", "Header"), ("msg_len", "Length")]),
            ("cmsghdr", typeof(CMsgHdr), [("cmsg_len", "Length"), ("cmsg_level", "Level"), ("cmsg_type", "Type")]),
            ("sock_filter", typeof(SockFilter), [("code", "Code"), ("jt", "JumpTrue"), ("jf", "JumpFalse"), ("k", "K")]),
            ("sock_fprog", typeof(SockFprog), [("len", "Length"), ("filter", "Filter")]),
            ("tpacket_stats", typeof(TpacketStats), [("tp_packets", "Packets"), ("tp_drops", "Drops")]),
        ];
        new CHeaders(Includes).Hold(structs);
    }
}
