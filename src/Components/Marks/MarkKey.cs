using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Marks;

/// <summary>What a person has chosen, wherever it is shown: by an event's place in the log, so that it stays chosen whatever comes later.</summary>
/// <param name="Seq">An event that shows it.</param>
/// <param name="Inferred">For an inferred segment, which was concluded from that event: its kind; null for what the event itself shows.</param>
/// <param name="From">And who sent it.</param>
public readonly record struct MarkKey(long Seq, SegmentKind? Inferred = null, string? From = null)
{
    /// <summary>The key of an arrow: of an inferred one its first event, kind and direction together.</summary>
    public static MarkKey Of(Arrow a) => a.Source == EvidenceSource.Inferred ? new(a.Seqs[0], a.Kind, a.From) : new(a.Seqs[0]);

    /// <summary>Whether it names a call.</summary>
    public bool Is(CallEvent e) => Inferred is null && e.Seq == Seq;

    /// <summary>Whether it names an arrow.</summary>
    public bool Is(Arrow a) => a.Source == EvidenceSource.Inferred ? Of(a) == this : Inferred is null && a.Seqs.Contains(Seq);

    /// <summary>Whether it names a state.</summary>
    public bool Is(StateBand b) => Inferred is null && b.Shows(Seq);

    /// <summary>Whether it names a change of state.</summary>
    public bool Is(StateChange c) => Inferred is null && c.Seqs.Contains(Seq);

    /// <summary>Whether it names an event.</summary>
    public bool IsSeq(long seq) => Inferred is null && Seq == seq;
}
