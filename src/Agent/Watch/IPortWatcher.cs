namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Watches the sockets or segments of ports by one source of evidence. It tells what changed since it last told; /proc is always there, others where the kernel
/// lets the agent.
/// </summary>
internal interface IPortWatcher : IDisposable
{
    /// <summary>Watches what the filter takes instead of anything before; what is there will be told as new by the next look.</summary>
    void Watch(RowFilter filter);

    /// <summary>Looks now, on the caller's thread; what changed has been told when this returns.</summary>
    /// <param name="ordered">False for a look that the watch makes by itself, often: a source may then pass over what is costly.</param>
    void Look(bool ordered);
}
