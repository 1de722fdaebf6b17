using System.Collections.Concurrent;
using ReuseAddrDashboard.Agent.Link;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>
/// A time whose pauses are a hundred times shorter, and which tells how long they were meant to be. The limit for an answer stays: this machine may be busy.
/// </summary>
internal sealed class SwiftTime : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Asked { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Asked.Enqueue(dueTime);
        return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime != ServerLink.AnswerLimit ? dueTime / 100 : dueTime, period);
    }
}
