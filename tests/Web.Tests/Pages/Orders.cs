using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>Stands in for the link: keeps what was asked and gives the reply that a test wants.</summary>
internal sealed class Orders : ILabCommands
{
    public List<LabCommand> Asked { get; } = [];

    public StartRun? Started => Asked.OfType<StartRun>().LastOrDefault();

    public LabReply Reply { get; set; } = LabReply.Done("r");

    public Task Run(CancellationToken end) => Task.CompletedTask;

    public Task<LabReply> Ask(LabCommand command)
    {
        Asked.Add(command);
        return Task.FromResult(Reply);
    }
}
