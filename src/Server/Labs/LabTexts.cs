using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Reasons that several parts of the lab give, as codes of the area <c>lab</c>.</summary>
internal static class LabTexts
{
    /// <summary>An agent did not answer an order in time, or is not connected.</summary>
    public static Message Silent(string host) => Message.Of("step.agent-silent", ("host", host));
}
