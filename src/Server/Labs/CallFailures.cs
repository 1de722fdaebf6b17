using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What a failed call means for the person at the page, and what to do.</summary>
internal static class CallFailures
{
    /// <summary>The name a C program would give perror: accept, though the call is accept4.</summary>
    public static string PerrorName(CallEvent call) => call.Call == "accept4" ? "accept" : call.Call;

    public static string Explain(CallEvent call)
    {
        string said = $"{PerrorName(call)}: {call.ErrnoText} ({call.Errno}).";
        string? advice = (call.Call, call.Errno) switch
        {
            ("bind", "EADDRINUSE") or ("listen", "EADDRINUSE") =>
                "Another socket holds the port; the table of sockets shows which. Wait until it has gone and press the button again, or press Reset and choose another port.",
            ("bind", "EACCES") => "Ports below net.ipv4.ip_unprivileged_port_start need a right (CAP_NET_BIND_SERVICE). Press Reset and choose a port of 1024 or above.",
            ("bind", "EADDRNOTAVAIL") => "That address is not on this host. Check the agent's --address.",
            ("connect", "ECONNREFUSED") => "Nobody listens on that port of the server, or a firewall rejects the connection. Allow the port there, or press Reset and start the listener again.",
            ("connect", "ETIMEDOUT") or ("connect", "ECONNRESET") or ("connect", "ECONNABORTED") or ("connect", "EINPROGRESS") =>
                "No answer to the SYN. A firewall may drop it: allow the port on the server, then try again.",
            ("connect", "EHOSTUNREACH") or ("connect", "ENETUNREACH") => "There is no way to the server's address. Check the network between the hosts.",
            _ => null,
        };
        string? remark = call.Remark is [var first, .. var rest] ? char.ToUpperInvariant(first) + (rest.EndsWith('.') ? rest : rest + ".") : null;
        return string.Join(" ", new[] { said, remark, advice }.Where(s => s is not null));
    }
}
