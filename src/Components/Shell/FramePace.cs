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

    private bool _drawing,
        _asked;

    /// <summary>Something changed. What changes while a drawing waits or rests is in the next one.</summary>
    public async Task Ask()
    {
        _asked = true;
        if (_drawing)
            return;
        _drawing = true;
        try
        {
            while (_asked)
            {
                await frame();
                _asked = false;
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
