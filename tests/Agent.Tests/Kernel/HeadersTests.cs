using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Constants, layouts and error names against this machine's C headers.</summary>
public sealed class HeadersTests
{
    private const string Includes = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <linux/inet_diag.h>
        #include <linux/netlink.h>
        #include <linux/sock_diag.h>
        #include <netinet/in.h>
        #include <netinet/tcp.h>
        #include <poll.h>
        #include <signal.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/eventfd.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <time.h>
        #include <unistd.h>

        """;

    [Fact]
    public void Constants_are_those_of_the_headers() => new CHeaders(Includes).Hold(typeof(Constants), atLeast: 20);

    [Fact]
    public void Structs_are_laid_out_as_in_the_headers()
    {
        (string C, Type Type, (string C, string Name)[] Fields)[] structs =
        [
            ("sockaddr_in", typeof(SockAddrIn), [("sin_family", "Family"), ("sin_port", "Port"), ("sin_addr", "Address"), ("sin_zero", "Zero")]),
            (
                "sockaddr_in6",
                typeof(SockAddrIn6),
                [("sin6_family", "Family"), ("sin6_port", "Port"), ("sin6_flowinfo", "FlowInfo"), ("sin6_addr", "Address"), ("sin6_scope_id", "ScopeId")]
            ),
            ("linger", typeof(Linger), [("l_onoff", "OnOff"), ("l_linger", "Seconds")]),
            ("timeval", typeof(TimeVal), [("tv_sec", "Seconds"), ("tv_usec", "Microseconds")]),
            ("pollfd", typeof(PollFd), [("fd", "Fd"), ("events", "Events"), ("revents", "Returned")]),
            ("sockaddr_nl", typeof(SockAddrNl), [("nl_family", "Family"), ("nl_pad", "Pad"), ("nl_pid", "PortId"), ("nl_groups", "Groups")]),
            (
                "inet_diag_sockid",
                typeof(InetDiagSockId),
                [
                    ("idiag_sport", "SPort"),
                    ("idiag_dport", "DPort"),
                    ("idiag_src", "Src"),
                    ("idiag_dst", "Dst"),
                    ("idiag_if", "Interface"),
                    ("idiag_cookie", "Cookie"),
                ]
            ),
            (
                "inet_diag_req",
                typeof(InetDiagReq),
                [
                    ("idiag_family", "Family"),
                    ("idiag_src_len", "SourceLength"),
                    ("idiag_dst_len", "DestinationLength"),
                    ("idiag_ext", "Ext"),
                    ("id", "Id"),
                    ("idiag_states", "States"),
                    ("idiag_dbs", "Tables"),
                ]
            ),
            (
                "inet_diag_req_v2",
                typeof(InetDiagReqV2),
                [("sdiag_family", "Family"), ("sdiag_protocol", "Protocol"), ("idiag_ext", "Ext"), ("pad", "Pad"), ("idiag_states", "States"), ("id", "Id")]
            ),
            (
                "inet_diag_msg",
                typeof(InetDiagMsg),
                [
                    ("idiag_family", "Family"),
                    ("idiag_state", "State"),
                    ("idiag_timer", "Timer"),
                    ("idiag_retrans", "Retransmits"),
                    ("id", "Id"),
                    ("idiag_expires", "Expires"),
                    ("idiag_rqueue", "RQueue"),
                    ("idiag_wqueue", "WQueue"),
                    ("idiag_uid", "Uid"),
                    ("idiag_inode", "Inode"),
                ]
            ),
            ("inet_diag_bc_op", typeof(InetDiagBcOp), [("code", "Code"), ("yes", "Yes"), ("no", "No")]),
            ("timespec", typeof(TimeSpec), [("tv_sec", "Seconds"), ("tv_nsec", "Nanoseconds")]),
        ];
        new CHeaders(Includes).Hold(structs);
    }

    [Fact]
    public void Options_have_the_numbers_of_the_headers()
    {
        string Level(SocketOption option) =>
            option.LevelName switch
            {
                "SOL_SOCKET" => "SOL_SOCKET",
                "SOL_TCP" => "IPPROTO_TCP",
                "SOL_IP" => "IPPROTO_IP",
                _ => "IPPROTO_IPV6",
            };
        string prints = string.Concat(SocketOption.Known.Select(o => $"printf(\"{o.Value} %d/%d\\n\", {Level(o.Key)}, {o.Value});\n"));
        Assert.Equal(
            SocketOption.Known.Select(o => $"{o.Value} {o.Key.Level}/{o.Key.Number}"),
            CProgram.Run($"{Includes} int main(void) {{ {prints} return 0; }}")
        );
    }

    [Fact]
    public void Error_names_and_texts_are_those_of_libc()
    {
        string[] libc = CProgram.Run(
            $$"""{{Includes}} int main(void) { for (int e = 1; e < 134; e++) { const char *n = strerrorname_np(e); if (n) printf("%d %s %s\n", e, n, strerror(e)); } return 0; }"""
        );
        Assert.True(libc.Length > 120);
        Assert.Equal(libc, Enumerable.Range(1, 133).Where(e => Errno.Name(e) != $"{e}").Select(e => $"{e} {Errno.Name(e)} {Errno.Text(e)}"));
        Assert.Equal("Address already in use", Errno.Text(Errno.EADDRINUSE));
        Assert.Equal("4095", Errno.Name(4095));
    }
}
