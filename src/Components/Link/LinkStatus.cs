namespace ReuseAddrDashboard.Components.Link;

/// <summary>Whether the page is connected to the dashboard.</summary>
public enum LinkStatus : byte
{
    /// <summary>Never linked since the page was opened.</summary>
    Connecting,

    /// <summary>Connected: what is shown is what is.</summary>
    Live,

    /// <summary>Was linked; trying again for ever.</summary>
    Lost,
}
