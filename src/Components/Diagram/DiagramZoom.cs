using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>How large a diagram is drawn: as large as a person made it, or as large as it may be with the whole run in its window.</summary>
internal sealed class DiagramZoom
{
    /// <summary>From one size to the next.</summary>
    public const double Step = 1.2;

    /// <summary>The sizes within a person's reach.</summary>
    public const double Least = 0.6,
        Most = 3;

    /// <summary>The smallest text is 20 px high: it can be read from the back of a room.</summary>
    public const double Legible = 20 / TextMetrics.Smallest;

    private (string? Run, double Width, double Height, bool Presenting) _fitted;

    /// <summary>1 for as usual.</summary>
    public double Now { get; private set; } = 1;

    /// <summary>True while the window decides.</summary>
    public bool Fits { get; private set; }

    /// <summary>True for somebody who presents.</summary>
    public bool Presenting { get; private set; }

    /// <summary>Presenter mode begins or ends: it begins with the whole run in view.</summary>
    public void Present(bool on)
    {
        if (Presenting == on)
            return;
        (Presenting, Fits, Now) = (on, on, on ? Legible : 1);
        _fitted = default;
    }

    /// <summary>A key, <c>+</c>, <c>-</c>, or <c>0</c> for the whole run in view and back, or by name what else stands for it.</summary>
    public void Press(string key)
    {
        switch (key)
        {
            case "+" or "=" or "ZoomIn":
                (Now, Fits) = (Math.Min(Most, Now * Step), false);
                break;
            case "-" or "ZoomOut":
                (Now, Fits) = (Math.Max(Least, Now / Step), false);
                break;
            case "0" or "ZoomFit":
                (Fits, Now) = Fits && !Presenting ? (false, 1) : (true, Now);
                break;
        }
        _fitted = default;
    }

    /// <summary>
    /// Lays a run out in a window of that size. While the window decides, the picture gets smaller as the run grows, and no larger before the next run.
    /// </summary>
    public Scene Lay(Timeline timeline, double width, double height, TextCatalog texts)
    {
        if (!Fits)
            return DiagramLayout.Draw(timeline, width / Now, texts, tight: Presenting);
        double least = Presenting ? Legible : Least;
        var now = (timeline.Header.Id, width, height, Presenting);
        if (_fitted != now)
            (_fitted, Now) = (now, Presenting ? Legible * Step * Step : 1);
        while (true)
        {
            Scene scene = DiagramLayout.Draw(timeline, width / Now, texts, tight: true);
            if (scene.Height * Now <= height)
                return scene;
            if (Now <= least)
                return DiagramLayout.Draw(timeline, width / Now, texts, dense: true) is var dense && dense.Height * Now <= height ? dense : scene;
            Now = Math.Max(least, Now / Step);
        }
    }
}
