using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Which sources saw something; compared by value.</summary>
public readonly record struct SourceSet
{
    /// <summary>The one that knows most exactly first.</summary>
    private static readonly EventSource[] Order =
        [EventSource.Call, EventSource.Trace, EventSource.Capture, EventSource.Diag, EventSource.Proc, EventSource.Inferred, EventSource.Agent, EventSource.Lab];

    private SourceSet(int bits) => Bits = bits;

    private int Bits { get; }

    /// <summary>Best first.</summary>
    public IEnumerable<EventSource> All
    {
        get
        {
            int bits = Bits;
            return Order.Where(s => (bits & 1 << (int)s) != 0);
        }
    }

    public static SourceSet Of(EventSource source) => new(1 << (int)source);

    public SourceSet With(EventSource source) => new(Bits | 1 << (int)source);

    public bool Has(EventSource source) => (Bits & 1 << (int)source) != 0;
}
