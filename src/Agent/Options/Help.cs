namespace ReuseAddrDashboard.Agent.Options;

internal static class Help
{
    public const string Text = """
        reuseaddr-agent: makes the lesson's system calls on this host and watches its TCP sockets, for ReuseAddrDashboard.

        Usage: reuseaddr-agent --dashboard ADDRESS --name ROLE [options]
               reuseaddr-agent matrix ...        (tries what this kernel does, without a dashboard; matrix --help says more)
               reuseaddr-agent local-hosts ...   (keeps the hosts of one machine; the dashboard starts it; local-hosts --help says more)

        Needed:
          --dashboard ADDRESS       Where the dashboard is: http://HOST:PORT, https://HOST:PORT or unix:/PATH (a Unix domain socket).
          --name ROLE               Which host of the lab this is: client, server, or another name of 1 to 16 of a-z, 0-9.

        For a dashboard on another machine, one of:
          --key-file FILE           The file with the key of the role, which the dashboard made and named at its start. Read anew for each connection.
          --key KEY                 The key itself; other users of this machine may see it in the list of processes.
          REUSEADDR_AGENT_KEY       The same in the environment.

        Options (--option VALUE or --option=VALUE):
          --address IPV4            Address to announce. Default: that of the interface with the default route, else the first that is not loopback, else 127.0.0.1.
          --second-address IPV4     A second address to announce. Default: another one of the same interface, if it has one.
          --v6-address IPV6         An IPv6 address to announce. Default: one of the same interface that is not link-local, if it has one.
          --interface NAME          Interface to announce. Default: the one that has the address.
          --allow NETWORK,...       Addresses or networks to which lesson sockets may be bound or connected beside this host's own addresses and the networks that
                                    they are in. Default: none; whatever the dashboard says, no other address is touched, and loopback only where an address
                                    announced is one.
          --rows ADDRESS,...[,any]  Report only socket rows with one of these local addresses; with ",any" also rows of a wildcard address, otherwise those
                                    only if they are of this agent's own sockets. For agents that share a network namespace. Default: every row of the
                                    watched ports.
          --own-namespace INODE     The network namespace with this inode was made for this agent alone: it may set sysctls of TCP there, and drop, reject or
                                    delay segments, where a scenario says so. Never give it for a namespace that is used otherwise.
          --close-after SECONDS     Close every lesson socket once the dashboard was away so long, 1 to 3600. Default: 30.
          --die-with-parent PID     End at once (SIGKILL) when the parent process PID ends, and leave SIGINT to it.
          --log-level LEVEL         trace, debug, information, warning, error, critical or none. Default: information. The log goes to standard error.
          --help                    Print this.
          --version                 Print the version.

        The agent joins the dashboard and comes back for ever, after pauses of 0.2 s to 5 s. It opens no port of its own. It knows no lesson: it makes one system call
        at a time, as the dashboard orders, and reads /proc/net/tcp and tcp6 of its network namespace at no more than 1 % of a core.

        Sysctls, nft tables and netem that a scenario asks for are written into a journal before they are made, so that they are undone even after a crash: when the run
        ends, when the agent ends, or when the next agent of that name starts in the network namespace. It is the file journal in the directory
        reuseaddr-agent-UID-NAMESPACE-NAME, in XDG_RUNTIME_DIR, /run or the directory for temporary files: the first where the agent may make one that only its user may
        write. Where there is none, nothing is changed; without changes there is no file.

        Signals: SIGTERM and SIGINT close every lesson socket, report that, and end the agent. SIGKILL leaves the closing to the kernel.

        Exit codes: 0 ended by a signal, 1 the parent named by --die-with-parent is gone, 2 wrong options.

        Capabilities: none are needed. What each allows (root has all of them):
          (none)                    The calls; /proc/net/tcp; sock_diag.
          CAP_NET_RAW               Capturing segments (AF_PACKET).
          CAP_BPF, CAP_PERFMON      Tracing every change of state (tracepoints). Only outside any user namespace; Linux 5.8 (6.11 for every begin of TIME-WAIT),
                                    /sys/kernel/btf/vmlinux.
          CAP_NET_ADMIN             Destroying TIME-WAIT sockets (SOCK_DESTROY); in a namespace of its own sysctls of TCP, and dropping, rejecting and
                                    delaying segments (nft, tc).
          CAP_NET_BIND_SERVICE      Ports below 1024.
          CAP_CHOWN                 Sockets that belong to another user; kept only with --own-namespace and outside any user namespace.
        Once capture and trace are open the agent executes itself again with the last three alone, and no_new_privs. (Where only CAP_DAC_OVERRIDE lets it read
        its own files or reach the dashboard's Unix socket, or others may yet make that one, that stays.)

        Examples:
          reuseaddr-agent --dashboard http://192.168.122.1:5000 --name server --key-file server.key
          reuseaddr-agent --dashboard http://192.168.122.1:5000 --name client --key-file client.key --interface eth0
          reuseaddr-agent --dashboard unix:/run/reuseaddr/dashboard.sock --name server --rows 127.0.0.1,any
        """;
}
