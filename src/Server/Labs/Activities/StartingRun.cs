using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Opens a run: asks whether the agents answer at all, puts away what has ended on its ports, lets a check of the hosts end, keeps the run, and has its ports
/// watched. The first rows in its log are what
/// was there before its first call.
/// </summary>
internal sealed class StartingRun(Lab lab, RunPlan plan) : Activity(lab)
{
    /// <summary>Why it was not opened; null once it is.</summary>
    public Message? Refusal { get; private set; }

    /// <summary>The run once it is kept.</summary>
    public LabRun? Run { get; private set; }

    protected override void Begin()
    {
        Lab.Starting.Add(this);
        HashSet<AgentSeat> asked = [.. plan.Roles.Select(Lab.Seat)];
        long began = Lab.Now;
        foreach (AgentSeat seat in asked.ToArray())
        {
            Give(
                seat,
                new LookOrder(),
                LabLimits.StartLook,
                item =>
                {
                    if (item is null)
                        Refuse(LabRefusals.Silent(seat.Name));
                    else if (asked.Remove(seat) && asked.Count == 0)
                        CloseNext();
                }
            );
        }
        After(LabLimits.SilenceLook, LookForSilence);

        // One that is slow but alive says something meanwhile.
        void LookForSilence()
        {
            if (asked.FirstOrDefault(s => Lab.Now - Math.Max(s.HeardAt, began) >= LabLimits.Silence.Nanoseconds()) is { } silent)
                Refuse(LabRefusals.Silent(silent.Name));
            else if (asked.Count > 0)
                After(LabLimits.SilenceLook, LookForSilence);
        }
    }

    /// <summary>The ports that it is about to take.</summary>
    public IEnumerable<int> Ports => plan.Ports.Values;

    protected override void OnCancelled() => Lab.Starting.Remove(this);

    // Runs that have ended hold their ports only as long as nobody else wants them.
    private void CloseNext()
    {
        if (Lab.Runs.FirstOrDefault(r => !r.Closing && r.Ports.Intersect(Ports).Any()) is { } ended)
        {
            Do(new ClosingRun(Lab, ended), CloseNext);
        }
        else if (Lab.Runs.Count >= LabLimits.Runs && Lab.Runs.FirstOrDefault(r => !r.Closing && r.Progress.Outcome != Outcome.Running) is { } oldest)
        {
            Do(new ClosingRun(Lab, oldest), CloseNext);
        }
        else
        {
            Lab.Checks.WhenIdle(() =>
            {
                if (!Ended)
                    Create();
            });
        }
    }

    private void Create()
    {
        LabMoment at = Lab.Moment;
        RunHeader header = plan.Header(Lab, at);
        Lab.Create(
            header,
            () =>
            {
                if (Ended)
                    return;
                Run = new LabRun(header, at.Now);
                Lab.Starting.Remove(this);
                Lab.Open(Run);
                var watching = new Watching(Lab, []);
                Do(
                    watching,
                    () =>
                    {
                        Run.Watched = true;
                        Lab.TakeRows(Run);
                        End();
                    }
                );
            }
        );
    }

    /// <summary>It is not opened, wherever it stands.</summary>
    public void Fail(Message why) => Refuse(why);

    private void Refuse(Message why)
    {
        Refusal = why;
        Lab.Starting.Remove(this);
        End();
    }
}
