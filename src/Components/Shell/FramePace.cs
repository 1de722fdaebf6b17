namespace ReuseAddrDashboard.Components.Shell;

/// <summary>
/// When to draw: at most once in a frame however often it is asked for, and where a drawing takes long, as that of a run of many thousand events does,
/// no more than half of the time, so that the page can answer in between.
/// </summary>
/// <param name="frame">Waits for the next animation frame.</param>
/// <param name="draw">Draws what there is by then; in the page's one thread.</param>
/// <param name="time">Measures how long a drawing takes, and lets it rest as long.</param>
public sealed class FramePace(Func<Task> frame, Action draw, TimeProvider time)
{
    /// <summary>A drawing up to this, two frames, is followed by the next without a rest.</summary>
    public static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(33);

    /// <summary>So long what can wait is waited with for what cannot, which mostly follows at once, and would otherwise wait for a drawing of its own.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    private bool _drawing,
        _asked,
        _atOnce;
    private TaskCompletionSource? _waiting;

    /// <summary>Something changed. What changes while a drawing waits or rests is in the next one.</summary>
    /// <param name="canWait">Whether it may be drawn <see cref="Patience"/> later.</param>
    public async Task Ask(bool canWait = false)
    {
        _asked = true;
        _atOnce |= !canWait;
        if (_atOnce)
            _waiting?.TrySetResult();
        if (_drawing)
            return;
        _drawing = true;
        try
        {
            while (_asked)
            {
                if (!_atOnce)
                {
                    _waiting = new();
                    await Task.WhenAny(_waiting.Task, Task.Delay(Patience, time));
                    _waiting = null;
                }
                await frame();
                _asked = _atOnce = false;
                long start = time.GetTimestamp();
                draw();
                TimeSpan took = time.GetElapsedTime(start);
                if (took > Quick)
                    await Task.Delay(took, time);
            }
        }
        finally
        {
            _drawing = false;
        }
    }
}
