using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Rights;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Says of each source whether this agent has it, and if not, what the kernel refused and what would grant it.</summary>
internal static class SourceFacts
{
    private const string Table = "/proc/thread-self/net/tcp";

    /// <param name="capture">What the kernel refused of the capture; null when it is open.</param>
    /// <param name="trace">What the kernel refused of the trace; null when it is open.</param>
    /// <param name="traceHears">As <see cref="TraceTap.Hears"/> says.</param>
    public static IReadOnlyList<SourceFact> All(KernelRefusal? capture, KernelRefusal? trace, bool traceHears = true) => [Proc(), Diag(), Capture(capture), Trace(trace, traceHears)];

    private static SourceFact Proc()
    {
        using var fd = new SocketFd(Libc.Open(Table, Constants.O_RDONLY | Constants.O_CLOEXEC));
        return fd.IsInvalid
            ? new SourceFact(SourceFact.Proc, false, $"{KernelRefusal.Last($"open({Table})")}.", "Mount the whole proc file system: mount -t proc proc /proc, without the option subset=pid.")
            : SourceFact.Has(SourceFact.Proc);
    }

    private static SourceFact Diag()
    {
        using SockDiag? diag = SockDiag.Open(out int errno);
        return diag is not null
            ? SourceFact.Has(SourceFact.Diag)
            : new SourceFact(SourceFact.Diag, false, $"{KernelRefusal.Of("sock_diag(TCP)", errno)}.",
                errno == Constants.EPERM ? "Let the sandbox pass socket(AF_NETLINK, ..., NETLINK_SOCK_DIAG)." : "It needs no right, only the kernel's modules: modprobe inet_diag tcp_diag.");
    }

    private static SourceFact Capture(KernelRefusal? refusal) => refusal is null
        ? SourceFact.Has(SourceFact.Capture)
        : new SourceFact(SourceFact.Capture, false, $"{refusal}.",
            refusal.Errno == Constants.EPERM
                ? "Give the agent CAP_NET_RAW: start it with sudo, or setcap cap_net_raw+ep on its program; for a container --cap-add NET_RAW."
                : "The kernel needs AF_PACKET: modprobe af_packet.");

    private static SourceFact Trace(KernelRefusal? refusal, bool hears) => refusal is null
        ? SourceFact.Has(SourceFact.Trace) with
        {
            Limit = hears ? null : "FIN-WAIT-2 that a segment makes TIME-WAIT within the timer's slot is not told by this kernel: its tracepoint skb:kfree_skb does not name the socket (Linux 6.11 does). proc and diag show it at the next look.",
        }
        : new SourceFact(SourceFact.Trace, false, $"{refusal}.", refusal switch
        {
            { Call: var call } when call.Contains(OpenSources.Namespace, StringComparison.Ordinal) => "Mount the proc file system: mount -t proc proc /proc.",
            { Call: var call } when call.Contains(SocketLayout.File, StringComparison.Ordinal) => $"A kernel built with CONFIG_DEBUG_INFO_BTF shows {SocketLayout.File}; in a container, mount /sys.",
            { Errno: Constants.EPERM } when UserNamespace.IsOwn() => "The kernel lets nobody trace from inside a user namespace: start the dashboard with sudo, then its hosts need none.",
            { Errno: Constants.EPERM } => "Give the agent CAP_BPF and CAP_PERFMON: start it with sudo; for a container --cap-add BPF --cap-add PERFMON, or --cap-add SYS_ADMIN where the engine does not know those.",
            { Errno: Constants.ENOENT, Call: var call } when call.Contains("RAW_TRACEPOINT", StringComparison.Ordinal) => "A kernel built with CONFIG_TRACEPOINTS and CONFIG_EVENT_TRACING has that tracepoint.",
            _ => "Linux 5.8 or later, built with CONFIG_BPF_SYSCALL, CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF.",
        });
}
