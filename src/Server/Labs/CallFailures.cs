using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Why a call failed: told by what was seen (segments, sockets), and by errno only where nothing was.</summary>
internal static class CallFailures
{
    /// <summary>The name a C program would give perror: accept, though the call is accept4.</summary>
    public static string PerrorName(CallEvent call) => call.Call == "accept4" ? "accept" : call.Call;

    /// <summary>True when the agent ended the call: what errno says then is the agent's doing and not the kernel's or the peer's.</summary>
    public static bool WasCutShort(CallEvent call) =>
        call.Remark is { Code: var code } && (code == "remark.no-reply" || code.StartsWith("remark.ended-", StringComparison.Ordinal));

    public static Message Explain(Lab lab, LabRun run, CallEvent call) =>
        (call.Call, call.Errno) switch
        {
            ("connect", "ECONNREFUSED" or "ECONNRESET" or "ETIMEDOUT" or "ECONNABORTED" or "EINPROGRESS" or "EINTR") => Connect(lab, run, call),
            ("connect", "EHOSTUNREACH" or "ENETUNREACH") => Failure("step.no-route", call),
            ("connect", "EADDRNOTAVAIL") => Failure("step.connect-no-address", call),
            ("bind" or "listen", "EADDRINUSE") => Failure("step.in-use", call),
            ("bind", "EACCES") => Failure("step.privileged", call),
            ("bind", "EADDRNOTAVAIL") => Failure("step.address-not-here", call),
            ("read" or "recv" or "write" or "send", "ECONNRESET") => Failure(SawReset(run, call) ? "step.reset-by-peer" : "step.call-failed", call),
            _ when WasCutShort(call) => Failure("step.cut-short", call),
            _ => Failure("step.call-failed", call),
        };

    private static Message Connect(Lab lab, LabRun run, CallEvent call)
    {
        if ((call.Args.Address ?? call.Remote) is not { } to)
            return Failure("step.call-failed", call);
        bool captures = run.Header.Host(call.Host ?? "")?.Observes(SourceFact.Capture) == true;
        SegmentEvent[] own = [.. run.Log.Events.OfType<SegmentEvent>().Where(s => s.Host == call.Host && s.T >= call.T - 1_000_000 && IsFlow(s, call, to))];
        SegmentEvent[] back = [.. own.Where(s => s.Received is not null && Same(s.From, to))];
        bool refused = call.Errno == "ECONNREFUSED";
        if (refused || back.Any(s => s.Flags.Contains("RST", StringComparison.Ordinal)))
            return Refused(lab, run, call, to, captures, back);
        if (!captures)
            return !WasCutShort(call) && call.Errno == "ECONNRESET" ? Failure("step.call-failed", call) : Failure("step.no-reply", call, to, ("segments", ""));
        int syns = own.Count(s => s.Sent is not null && s.Flags == "SYN");
        if (syns == 0)
            return Failure("step.syn-never-left", call, to);
        if (back.Length > 0)
            return Failure("step.call-failed", call, to);
        if (lab.HostWith(to)?.Name is not { } host || run.Header.Host(host)?.Observes(SourceFact.Capture) != true)
            return Failure("step.no-reply", call, to, ("segments", syns));
        bool arrived = run.Log.Events.Any(e =>
            e is SegmentEvent { Received: not null } s && s.Host == host && s.T >= call.T - 1_000_000 && s.Flags == "SYN" && Same(s.To, to)
        );
        SocketEvent? listener = run.Rows.FirstOrDefault(r => r.Host == host && r.To == TcpState.Listen && r.Local.Port == to.Port);
        return !arrived ? Failure("step.syn-lost", call, to, ("segments", syns))
            : listener is { Backlog: { } backlog } && listener.RecvQ > backlog
                ? Failure("step.queue-full", call, to, ("waiting", listener.RecvQ), ("backlog", backlog))
            : Failure("step.syn-dropped", call, to, ("segments", syns), ("listener", host));
    }

    private static Message Refused(Lab lab, LabRun run, CallEvent call, TcpEndpoint to, bool captures, SegmentEvent[] back)
    {
        string? host = lab.HostWith(to)?.Name;
        bool listens =
            host is not null
            && run.Rows.Any(r => r.Host == host && r.To == TcpState.Listen && r.Local.Port == to.Port && (r.Local.IsWildcard || Same(r.Local, to)));
        bool reset = back.Any(s => s.Flags.Contains("RST", StringComparison.Ordinal));
        string code =
            listens ? "step.rejected"
            : reset ? "step.nobody-listens"
            : captures ? "step.rejected-unseen"
            : "step.refused";
        return Failure(code, call, to, ("listener", host ?? ""));
    }

    private static bool SawReset(LabRun run, CallEvent call) =>
        run.Log.Events.Any(e => e is SegmentEvent { Received: not null } s && s.Host == call.Host && s.Flags.Contains("RST", StringComparison.Ordinal));

    // getsockname gives 0.0.0.0 where connect failed: the port alone then tells.
    private static bool IsFlow(SegmentEvent s, CallEvent call, TcpEndpoint to) =>
        (Same(s.To, to) && (call.Local is not { } local || local.Port == 0 || s.From.Port == local.Port))
        || (Same(s.From, to) && (call.Local is not { } end || end.Port == 0 || s.To.Port == end.Port));

    private static bool Same(TcpEndpoint one, TcpEndpoint other) => one.Unmapped() == other.Unmapped();

    private static Message Failure(string code, CallEvent call, TcpEndpoint? to = null, params ReadOnlySpan<(string Name, object? Value)> more)
    {
        TcpEndpoint? address = to ?? call.Args.Address;
        Message message = Message.Of(
            code,
            ("host", call.Host),
            ("call", PerrorName(call)),
            ("errno", call.Errno),
            ("text", call.ErrnoText),
            ("address", address),
            ("port", address?.Port),
            ("took", call.Duration)
        );
        Message extra = Message.Of(code, more);
        return message with { Args = new Dictionary<string, string>([.. message.Args, .. extra.Args]) };
    }
}
