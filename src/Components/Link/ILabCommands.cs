using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>What the page asks of the lab; a test stands in for the link.</summary>
public interface ILabCommands
{
    /// <summary>Links and stays linked until the page is closed.</summary>
    Task Run(CancellationToken end);

    /// <summary>Asks something of the lab. A link that is lost is a refusal as well.</summary>
    Task<LabReply> Ask(LabCommand command);
}
