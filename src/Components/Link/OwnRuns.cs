using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>Which runs this browser began or put away, by what it asked of the lab: those of others are news.</summary>
public sealed class OwnRuns
{
    private readonly HashSet<string> _ids = [];

    /// <summary>How many runs are being opened here: until the lab has answered, a run that appears may be one of them.</summary>
    public int Opening { get; private set; }

    /// <summary>Whether it was begun or put away here.</summary>
    public bool Has(string run) => _ids.Contains(run);

    /// <summary>Asks, and remembers what it was about.</summary>
    public async Task<LabReply> Ask(ILabCommands orders, LabCommand command)
    {
        if (command is ResetRun { Run: { } put })
            _ids.Add(put);
        if (command is not StartRun)
            return await orders.Ask(command);
        Opening++;
        try
        {
            LabReply reply = await orders.Ask(command);
            if (reply is { Ok: true, Run: { } opened })
                _ids.Add(opened);
            return reply;
        }
        finally
        {
            Opening--;
        }
    }
}
