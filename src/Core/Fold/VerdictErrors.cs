using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A plain sentence for a deciding call that the bind rule is not about.</summary>
internal static class VerdictErrors
{
    public static IReadOnlyList<Message> Explain(CallEvent call) =>
        call switch
        {
            // The port was the kernel's to choose.
            { Call: "bind", Errno: "EADDRINUSE", Args.Address.Port: 0 } => [new("verdict.error.bind.no-port")],
            { Errno: { } errno } => Explain(call.Call, errno),
            { Call: "read" or "recv", Result: 0 } => [new("verdict.ok.end-of-file")],
            { Call: "read" or "recv" or "write" or "send" } => [Message.Of($"verdict.ok.{call.Call}", ("result", call.Result))],
            { Call: "bind", Local: { } local } => [Message.Of("verdict.ok.bind", ("local", local))],
            { Call: "connect" or "listen" or "accept4" or "shutdown" or "close" } => [new($"verdict.ok.{call.Call}")],
            _ => [Message.Of("verdict.ok.other", ("call", call.Call), ("result", call.Result))],
        };

    public static IReadOnlyList<Message> Explain(string call, string errno)
    {
        var known = new Message($"verdict.error.{call}.{errno.ToLowerInvariant()}");
        Message told = TextCatalog.English.Has(known.Code) ? known : Message.Of("verdict.error.other", ("call", call), ("errno", errno));
        return call is "bind" or "listen" && errno is "EACCES" or "EADDRNOTAVAIL" or "EINVAL" or "EAFNOSUPPORT" or "EPERM"
            ? [told, new("verdict.error.no-other-socket")]
            : [told];
    }
}
