using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>Which runs this browser began or put away, by what it asked of the lab: those of others are news.</summary>
public sealed class OwnRuns
{
    private readonly HashSet<string> _begun = [],
        _reset = [];

    /// <summary>How many runs are being opened here: until the lab has answered, a run that appears may be one of them.</summary>
    public int Opening { get; private set; }

    /// <summary>Whether it was begun here.</summary>
    public bool Began(string run) => _begun.Contains(run);

    /// <summary>Whether it was put away here.</summary>
    public bool Reset(string run) => _reset.Contains(run);

    /// <summary>Asks, and remembers what it was about.</summary>
    public async Task<LabReply> Ask(ILabCommands orders, LabCommand command)
    {
        if (command is ResetRun { Run: { } put })
            _reset.Add(put);
        if (command is not StartRun)
            return await orders.Ask(command);
        Opening++;
        try
        {
            LabReply reply = await orders.Ask(command);
            if (reply is { Ok: true, Run: { } opened })
                _begun.Add(opened);
            return reply;
        }
        finally
        {
            Opening--;
        }
    }
}
