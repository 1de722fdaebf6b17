using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>The end of one order, told exactly once: some end before what they began has ended.</summary>
internal sealed class OrderEnd(Reporter reporter, long order)
{
    private int _told;

    /// <summary>Ends the order, unless it has ended. What came after its end is looked at all the same.</summary>
    public void Tell(Message? refused = null)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            reporter.End(order, refused);
        else
            reporter.Look();
    }
}
