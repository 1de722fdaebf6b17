namespace ReuseAddrDashboard.Web.Verdict;

/// <summary>What the person at this page expects: of a lesson, until a run of it is open, then of that run. What the run's log has is settled.</summary>
public sealed class Expectation
{
    private (string? About, string Choice)? _choice;
    private string? _told;

    /// <summary>The choice, by its id; null before one.</summary>
    /// <param name="about">The run's id, or the lesson's while none is open.</param>
    public string? Of(string? about) => _choice is { } choice && choice.About == about ? choice.Choice : null;

    /// <summary>A person chose.</summary>
    public void Choose(string? about, string choice)
    {
        if (_told is null || _told != about)
            _choice = (about, choice);
    }

    /// <summary>What was expected of a lesson is expected of the run that was opened.</summary>
    public void Follow(string? lesson, string run)
    {
        if (Of(lesson) is { } choice)
            _choice = (run, choice);
    }

    /// <summary>The choice that the run's log is to have, once; null where there is none, or it was told.</summary>
    public string? ToTell(string run)
    {
        if (_told == run || Of(run) is not { } choice)
            return null;
        _told = run;
        return choice;
    }
}
