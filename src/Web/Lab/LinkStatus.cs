namespace ReuseAddrDashboard.Web.Lab;

public enum LinkStatus : byte
{
    /// <summary>Never linked since the page was opened.</summary>
    Connecting,

    Live,

    /// <summary>Was linked; trying again for ever.</summary>
    Lost,
}
