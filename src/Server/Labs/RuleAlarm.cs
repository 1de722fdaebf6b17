using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>A bind or listen whose result the kernel's rule does not explain is an alarm: in the run, and in the server's own log.</summary>
internal static class RuleAlarm
{
    /// <param name="lab">The lab, after a look at every host.</param>
    /// <param name="run">The run.</param>
    /// <param name="made">The call that was just made.</param>
    public static void Check(Lab lab, LabRun run, CallEvent made)
    {
        if (
            made is not { Call: "bind" or "listen" }
            || run.RuleChecks is not [.., var check]
            || check is not { Match: RuleMatch.Differs }
            || check.Seq != made.Seq
        )
        {
            return;
        }

        Message message = Describe(check, run.Id, run.Header.Host(check.Host)?.Kernel ?? "");
        lab.Log(LogLevel.Error, message);
        run.Append(
            new NoteEvent
            {
                T = run.T(lab.Now),
                Host = made.Host,
                Level = NoteLevel.Alarm,
                Message = message,
            }
        );
    }

    /// <param name="check">Where rule and kernel differ.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="kernel">The host's uname -r.</param>
    public static Message Describe(RuleCheck check, string run, string kernel)
    {
        ReadOnlySpan<(string, object?)> args =
        [
            ("host", check.Host),
            ("call", VerdictMessages.Name(check.Verdict.Call)),
            ("address", check.Candidate.Local),
            ("real", check.Errno ?? BindOutcome.Ok.Name()),
            ("rule", check.Verdict.Outcome.Name()),
            ("run", run),
            ("kernel", kernel),
        ];
        return check.Quirk is { } quirk
            ? Message.Of(NoteCodes.RuleQuirk, [.. args, ("known", $"verdict.quirk.{quirk}")])
            : Message.Of(NoteCodes.RuleMismatch, args);
    }
}
