using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Ends a program: the kernel closes the sockets it has.</summary>
internal sealed class EndingProgram(Lab lab, LabRun run, MadeIn made, int? index, string program, bool kill) : Activity(lab)
{
    /// <summary>Why it was not ended; null when it was.</summary>
    public Message? Fault { get; private set; }

    protected override void Begin()
    {
        string? host = run.Progress.Facts.RunningPrograms.TryGetValue(program, out string? at) ? at : run.Header.Script.FindProgram(program)?.Host;
        if (host is null)
        {
            End();
            return;
        }
        var order = new EndProgramOrder
        {
            Program = program,
            Kill = kill,
            Instance = run.Sockets.Instance(program),
            Sockets = [.. run.Progress.Facts.OpenSockets.Where(o => o.Value.Program == program).Select(o => o.Key)],
        };
        Give(
            run,
            new OrderContext(made.Step, made.Attempt, index, program),
            Lab.Seat(host),
            order,
            LabLimits.ProgramTime,
            item =>
            {
                Fault = item is null ? LabTexts.Silent(host) : item.Refused;
                End();
            }
        );
    }
}
