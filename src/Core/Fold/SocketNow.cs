using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A row of a host's socket table as it was read last.</summary>
/// <param name="Host">The host that has the socket.</param>
/// <param name="Reading">The last reading; its state is <see cref="SocketEvent.To"/>.</param>
/// <param name="Since">First moment at which the socket was seen in this state.</param>
public sealed record SocketNow(string Host, SocketEvent Reading, long Since)
{
    /// <summary>The state in the table; CLOSE once it has gone.</summary>
    public TcpState State => Reading.To ?? TcpState.Close;

    /// <summary>Its own end.</summary>
    public TcpEndpoint Local => Reading.Local;

    /// <summary>The peer; for a listener the wildcard with port 0.</summary>
    public TcpEndpoint Remote => Reading.Remote;

    /// <summary>What the timer must show at <paramref name="t"/>, counted on from the last reading; null when none runs.</summary>
    public SocketTimer? TimerAt(long t) =>
        Reading.Timer is { Kind: not TimerKind.Off } timer ? timer with { Left = Math.Max(0, timer.Left - Math.Max(0, t - Reading.T)) } : null;
}
