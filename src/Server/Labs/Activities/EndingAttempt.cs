namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// After a failed attempt of a step: the program whose call failed ends, and so do those that the attempt started; sockets that it made in programs that go on
/// are closed. The step can then be tried again.
/// </summary>
internal sealed class EndingAttempt(Lab lab, LabRun run, MadeIn made, string? failing, bool all) : Activity(lab)
{
    private readonly Queue<string> _programs = [];

    protected override void Begin()
    {
        IReadOnlyDictionary<string, string> running = run.Progress.Facts.RunningPrograms;
        if (failing is not null && running.ContainsKey(failing))
            _programs.Enqueue(failing);
        if (all)
        {
            foreach (string program in running.Keys.Where(p => p != failing && run.Sockets.StartedIn(p) == made))
                _programs.Enqueue(program);
        }
        EndNext();
    }

    private void EndNext()
    {
        if (_programs.TryDequeue(out string? program))
            Do(new EndingProgram(Lab, run, made, null, program, kill: false), EndNext);
        else if (all)
            Do(new ClosingSockets(Lab, run, made, [.. Left()]), End);
        else
            End();
    }

    private IEnumerable<(string, string, string?)> Left() =>
        run
            .Progress.Facts.OpenSockets.Where(o => o.Value.Host is not null && run.Sockets.MadeIn(o.Key) == made)
            .Select(o => (o.Value.Host!, o.Key, o.Value.Program));
}
