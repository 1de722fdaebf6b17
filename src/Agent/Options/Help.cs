namespace ReuseAddrDashboard.Agent.Options;

internal static class Help
{
    public const string Text = """
        reuseaddr-agent: makes the lesson's system calls on this host and watches its TCP sockets, for ReuseAddrDashboard.

        Usage: reuseaddr-agent --dashboard ADDRESS --name client|server [options]
               reuseaddr-agent pair ...   (keeps both hosts on one machine; the dashboard starts it; pair --help says more)

        Needed:
          --dashboard ADDRESS       Where the dashboard is: http://HOST:PORT, https://HOST:PORT or unix:/PATH (a Unix domain socket).
          --name client|server      Which host of the lab this is.

        Options (--option VALUE or --option=VALUE):
          --address IPV4            Address to announce. Default: that of the interface with the default route, else the first that is not loopback, else 127.0.0.1.
          --interface NAME          Interface to announce. Default: the one that has the address.
          --rows IPV4[,any]         Report only socket rows with this local address; with ",any" also rows of a wildcard address, otherwise those only
                                    if they are of this agent's own sockets. For two agents in one network namespace. Default: every row of the watched ports.
          --close-after SECONDS     Close every lesson socket once the dashboard was away so long, 1 to 3600. Default: 30.
          --die-with-parent PID     End at once (SIGKILL) when the parent process PID ends, and leave SIGINT to it.
          --log-level LEVEL         trace, debug, information, warning, error, critical or none. Default: information. The log goes to standard error.
          --help                    Print this.
          --version                 Print the version.

        The agent joins the dashboard and comes back for ever, after pauses of 0.2 s to 5 s. It opens no port of its own. It knows no lesson: it makes one system call
        at a time, as the dashboard orders, and reads /proc/net/tcp and tcp6 of its network namespace at no more than 1 % of a core.

        Signals: SIGTERM and SIGINT close every lesson socket, report that, and end the agent. SIGKILL leaves the closing to the kernel.

        Exit codes: 0 ended by a signal, 1 the parent named by --die-with-parent is gone, 2 wrong options.

        Capabilities: none are needed. What each allows (root has all of them):
          (none)                    The calls; /proc/net/tcp; sock_diag.
          CAP_NET_RAW               Capturing segments (AF_PACKET).
          CAP_BPF, CAP_PERFMON      Tracing every change of state (tracepoints). Only outside any user namespace; Linux 5.8 (6.11 for every begin of TIME-WAIT),
                                    /sys/kernel/btf/vmlinux.
          CAP_NET_ADMIN             Destroying TIME-WAIT sockets (SOCK_DESTROY).
          CAP_NET_BIND_SERVICE      Ports below 1024.
        Once capture and trace are open the agent executes itself again with the last two alone, and no_new_privs. (Where only CAP_DAC_OVERRIDE lets it read its own
        files or reach the dashboard's Unix socket, or others may yet make that one, that stays.)

        Examples:
          reuseaddr-agent --dashboard http://192.168.122.1:5000 --name server
          reuseaddr-agent --dashboard http://192.168.122.1:5000 --name client --interface eth0
          reuseaddr-agent --dashboard unix:/run/reuseaddr/dashboard.sock --name server --rows 127.0.0.1,any
        """;
}
