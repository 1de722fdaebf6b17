using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A state that an end of a connection must have been in, by what it sent and received and what was called on it.</summary>
/// <param name="State">The state.</param>
/// <param name="At">When it was entered, as near as is known.</param>
/// <param name="After">It was entered no earlier; null where nobody knows.</param>
/// <param name="Before">It was entered by then; null where nobody knows.</param>
/// <param name="Seqs">The events it follows from.</param>
/// <param name="Surely">False where only calls tell of it: they say nothing of what a RST may have ended.</param>
internal sealed record ExpectedState(TcpState State, long At, long? After, long? Before, SeqList Seqs, bool Surely);

/// <summary>How a socket must have ended.</summary>
/// <param name="At">When, as near as is known.</param>
/// <param name="After">No earlier; null where nobody knows.</param>
/// <param name="Before">By then; null where nobody knows.</param>
/// <param name="Seqs">The events it follows from.</param>
/// <param name="Reason">What did it; null where it was the connection's last step.</param>
internal sealed record ExpectedEnd(long At, long? After, long? Before, SeqList Seqs, EndReason? Reason);

/// <summary>One socket as it must have been, from its first state to its end.</summary>
internal sealed class ExpectedLife
{
    public List<ExpectedState> States { get; } = [];

    /// <summary>Null while it lasts, as far as is known.</summary>
    public ExpectedEnd? End { get; set; }

    public ExpectedLife Copy()
    {
        var copy = new ExpectedLife { End = End };
        copy.States.AddRange(States);
        return copy;
    }
}
