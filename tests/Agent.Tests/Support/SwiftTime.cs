using System.Collections.Concurrent;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>A time whose timers come a hundred times sooner, and which tells how long they were meant to take.</summary>
internal sealed class SwiftTime : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Asked { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Asked.Enqueue(dueTime);
        return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
    }
}
