using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>What one page asks of the lab: whether an answer is awaited, and what was refused.</summary>
public sealed class RunOrders(ILabCommands orders, OwnRuns own)
{
    private int _asking;

    /// <summary>True while something is asked that takes its time.</summary>
    public bool Asking => _asking > 0;

    /// <summary>The version of the lab that shows what was asked for last: until it is here, nothing more is asked.</summary>
    public long Answered { get; private set; }

    /// <summary>Why the last of it was not done; null where it was, or the person has read it.</summary>
    public Message? Refusal { get; set; }

    /// <summary>Asks the lab.</summary>
    /// <param name="command">What for.</param>
    /// <param name="quick">True for what changes nothing that the page would have to wait for.</param>
    public async Task<LabReply> Ask(LabCommand command, bool quick = false)
    {
        Refusal = null;
        _asking += quick ? 0 : 1;
        try
        {
            LabReply reply = await own.Ask(orders, command);
            if (!quick)
                Answered = Math.Max(Answered, reply.Version);
            Refusal = reply.Refusal;
            return reply;
        }
        finally
        {
            _asking -= quick ? 0 : 1;
        }
    }

    /// <summary>The link was lost: a dashboard that was started again counts its versions anew.</summary>
    public void Forget() => Answered = 0;
}
