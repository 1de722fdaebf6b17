using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>Each state's shape and its class in the stylesheets, so that colour is never the only sign.</summary>
public static class StateGlyphs
{
    /// <summary>Shapes are drawn in a square of that many units, the origin in its middle.</summary>
    public const double Size = 10;

    /// <summary>The CSS class that gives a state its colour.</summary>
    public static string Class(this TcpState state) =>
        state switch
        {
            TcpState.Listen => "listen",
            TcpState.Established => "estab",
            TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing => "fin",
            TcpState.CloseWait => "cwait",
            TcpState.LastAck => "lack",
            TcpState.TimeWait => "tw",
            TcpState.SynSent or TcpState.SynRecv or TcpState.NewSynRecv => "syn",
            _ => "other",
        };

    /// <summary>True when the shape is an outline.</summary>
    public static bool Hollow(this TcpState state) => state is TcpState.TimeWait or TcpState.Listen or TcpState.SynSent;

    /// <summary>An SVG path.</summary>
    public static string Path(this TcpState state) =>
        state switch
        {
            TcpState.TimeWait => "M0-4a4 4 0 1 1 0 8a4 4 0 1 1 0-8z",
            TcpState.Listen => "M-4-4h8v8h-8z",
            TcpState.Established => "M-4.5-4.5h9v9h-9z",
            TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing => "M0-5.5L5.5 0 0 5.5-5.5 0z",
            TcpState.CloseWait => "M-5 4.5L0-5l5 9.5z",
            TcpState.LastAck => "M-5-4.5L0 5l5-9.5z",
            TcpState.BoundInactive => "M-5-2h10v4h-10z",
            _ => "M0-4.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z",
        };
}
