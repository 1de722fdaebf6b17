using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Verdict;

/// <summary>
/// What the person at this page expects: of a lesson, until a run of it is open, then of that run. What the run's log has is settled; what the lab refused is
/// not, and may be told again.
/// </summary>
/// <param name="ask">Asks the lab.</param>
public sealed class Expectation(Func<LabCommand, Task<LabReply>> ask)
{
    private readonly Dictionary<string, string> _choices = [];
    private (string Run, Task<LabReply> Reply)? _telling;

    /// <summary>The choice, by its id; null before one.</summary>
    /// <param name="about">The run's id, or the lesson's while none is open.</param>
    public string? Of(string? about) => about is null ? null : _choices.GetValueOrDefault(about);

    /// <summary>True once the log of that run has the choice, or is getting it: it cannot be changed any more.</summary>
    public bool IsTold(string? run) => _telling is { } telling && telling.Run == run;

    /// <summary>A person chose.</summary>
    public void Choose(string about, string choice)
    {
        if (!IsTold(about))
            _choices[about] = choice;
    }

    /// <summary>What was expected of a lesson is expected of the run that was opened.</summary>
    public void Follow(string lesson, string run)
    {
        if (_choices.Remove(lesson, out string? choice))
            _choices[run] = choice;
    }

    /// <summary>Writes the choice into the run's log, once; nothing where there is none.</summary>
    public async Task Tell(string run)
    {
        if (!IsTold(run))
        {
            if (Of(run) is not { } choice)
                return;
            _telling = (run, ask(new PredictRun(run, choice)));
        }
        Task<LabReply> reply = _telling!.Value.Reply;
        if (!(await reply).Ok && _telling?.Reply == reply)
            _telling = null;
    }
}
