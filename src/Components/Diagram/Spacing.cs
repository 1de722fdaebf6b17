namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>The room between marks from top to bottom, px.</summary>
/// <param name="Head">Above the first mark.</param>
/// <param name="Foot">Below the last.</param>
/// <param name="Between">From one label of a column to the next.</param>
/// <param name="Moment">From one moment to the next, however soon it comes.</param>
/// <param name="Silence">For each power of ten of the milliseconds between two moments.</param>
/// <param name="Slant">How far a segment falls on its way, at least.</param>
/// <param name="BelowLine">Below the end of a segment's line.</param>
/// <param name="AboveName">Above a segment's name.</param>
/// <param name="Box">Within a result's box, above and below its text together.</param>
/// <param name="Around">Around a box and a ring, above and below together.</param>
/// <param name="Bar">From the begin of TIME-WAIT to where its timer's end is expected, at least.</param>
/// <param name="Slack">From the timer's end to the removal, at least.</param>
internal sealed record Spacing(
    double Head,
    double Foot,
    double Between,
    double Moment,
    double Silence,
    double Slant,
    double BelowLine,
    double AboveName,
    double Box,
    double Around,
    double Bar,
    double Slack
)
{
    /// <summary>0.2 ms, 0.3 s and 60 s apart come out about 3, 20 and 36 px apart.</summary>
    public static readonly Spacing Easy = new(
        Head: 22,
        Foot: 30,
        Between: 2,
        Moment: 2,
        Silence: 7,
        Slant: 12,
        BelowLine: 3,
        AboveName: 5,
        Box: 12,
        Around: 4,
        Bar: 150,
        Slack: 30
    );

    /// <summary>So that a whole run of a short lesson stands on one screen in letters for the back of a room.</summary>
    public static readonly Spacing Tight = new(
        Head: 9,
        Foot: 4,
        Between: 0,
        Moment: 0.1,
        Silence: 0.5,
        Slant: 4,
        BelowLine: 0.5,
        AboveName: 1,
        Box: 4,
        Around: 1,
        Bar: 40,
        Slack: 8
    );

    /// <summary>For a run that is a few px too high for that: silence takes no room any more.</summary>
    public static readonly Spacing Dense = Tight with { Silence = 0, Bar = 32, Slack = 6 };
}
