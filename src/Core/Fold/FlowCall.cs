using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What a call does to a connection.</summary>
internal enum FlowAct : byte
{
    Connect,
    Accept,

    /// <summary>close or shutdown of the writing side by the last that holds the socket.</summary>
    Close,

    /// <summary>read or recv that returned 0: the peer's FIN was reached.</summary>
    EndRead,

    /// <summary>SOCK_DESTROY.</summary>
    Destroy,
}

/// <summary>A call on an end of a connection.</summary>
/// <param name="Act">What it does.</param>
/// <param name="Host">The host that made it.</param>
/// <param name="Own">The end it was made on.</param>
/// <param name="Peer">The other end.</param>
/// <param name="T">Just before it.</param>
/// <param name="Until">When it had returned, or surely had been done.</param>
/// <param name="Seq">The event.</param>
/// <param name="Call">The call itself; null where a program's end did it.</param>
internal sealed record FlowCall(FlowAct Act, string Host, TcpEndpoint Own, TcpEndpoint Peer, long T, long Until, long Seq, CallEvent? Call)
{
    public bool Succeeded => Call is null or { Succeeded: true };

    /// <summary>True for a connect that had no port to come from, so that nothing passed.</summary>
    public bool FoundNoPort => Act == FlowAct.Connect && Call?.Errno == "EADDRNOTAVAIL";

    public bool Covers(long t, long slack = 0) => t >= T - slack && t <= Until + slack;
}
