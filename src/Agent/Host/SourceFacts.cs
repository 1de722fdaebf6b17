using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Rights;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Says of each source whether this agent has it, and if not, what the kernel refused and what would grant it.</summary>
internal static class SourceFacts
{
    private const string Table = "/proc/thread-self/net/tcp";

    /// <param name="capture">What the kernel refused of the capture; null when it is open.</param>
    /// <param name="trace">What the kernel refused of the trace; null when it is open.</param>
    /// <param name="tellsSegments">As <see cref="TraceTap.TellsSegments"/> says.</param>
    public static IReadOnlyList<SourceFact> All(KernelRefusal? capture, KernelRefusal? trace, bool tellsSegments = true) =>
        [Proc(), Diag(), Capture(capture), Trace(trace, tellsSegments)];

    private static SourceFact Proc()
    {
        using var fd = new SocketFd(Libc.Open(Table, Constants.O_RDONLY | Constants.O_CLOEXEC));
        return fd.IsInvalid ? Lacks(SourceFact.Proc, KernelRefusal.Last($"open({Table})"), "grant.mount-proc") : SourceFact.Has(SourceFact.Proc);
    }

    private static SourceFact Diag()
    {
        using SockDiag? diag = SockDiag.Open(out int errno);
        return diag is not null
            ? SourceFact.Has(SourceFact.Diag)
            : Lacks(SourceFact.Diag, KernelRefusal.Of("sock_diag(TCP)", errno), errno == Constants.EPERM ? "grant.netlink-socket" : "grant.diag-modules");
    }

    private static SourceFact Capture(KernelRefusal? refusal) =>
        refusal is null
            ? SourceFact.Has(SourceFact.Capture)
            : Lacks(SourceFact.Capture, refusal, refusal.Errno == Constants.EPERM ? "grant.net-raw" : "grant.af-packet");

    private static SourceFact Trace(KernelRefusal? refusal, bool tellsSegments) =>
        refusal is null
            ? SourceFact.Has(SourceFact.Trace) with
            {
                Limit = tellsSegments ? null : new Message("source.trace-limit"),
            }
            : Lacks(
                SourceFact.Trace,
                refusal,
                refusal switch
                {
                    { Call: var call } when call.Contains(OpenSources.Namespace, StringComparison.Ordinal) => "grant.mount-proc",
                    { Call: var call } when call.Contains(SocketLayout.File, StringComparison.Ordinal) => "grant.btf",
                    { Errno: Constants.EPERM } when UserNamespace.IsOwn() => "grant.trace-as-root",
                    { Errno: Constants.EPERM } => "grant.trace-capabilities",
                    { Errno: Constants.ENOENT, Call: var call } when call.Contains("RAW_TRACEPOINT", StringComparison.Ordinal) => "grant.tracepoints",
                    _ => "grant.bpf",
                }
            );

    private static SourceFact Lacks(string source, KernelRefusal refusal, string grant) => new(source, false, refusal.Message, new Message(grant));
}
