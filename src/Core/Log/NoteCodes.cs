namespace ReuseAddrDashboard.Core.Log;

/// <summary>The codes of <see cref="NoteEvent"/>; stable names for translations and programs.</summary>
public static class NoteCodes
{
    /// <summary>The link to a host's agent broke; it is waited for.</summary>
    public const string AgentLost = "note.agent-lost";

    /// <summary>The same agent is connected again.</summary>
    public const string AgentBack = "note.agent-back";

    /// <summary>A new agent process took the host's place: the sockets of the old one are closed.</summary>
    public const string AgentRestarted = "note.agent-restarted";

    /// <summary>Play all waits until TIME-WAIT of an earlier run has gone.</summary>
    public const string WaitingForPort = "note.waiting-for-port";

    /// <summary>The lab began to repeat a step once a second: the attempts that follow are its own, up to <see cref="RepeatingEnded"/>.</summary>
    public const string Repeating = "note.repeating";

    /// <summary>The lab stopped repeating a step; the note says after how many attempts and why.</summary>
    public const string RepeatingEnded = "note.repeating-ended";

    /// <summary>What a person at a page expected before the deciding step: <c>choice</c> is one of the question's, by its id.</summary>
    public const string Predicted = "note.predicted";

    /// <summary>A host's wall clock was set while its capture ran: segments stamped about then may stand at a wrong place.</summary>
    public const string WallClockStep = "note.wall-clock-step";

    /// <summary>bind or listen returned something else than the kernel's rule says of the sockets that were there: one of the two is not understood.</summary>
    public const string RuleMismatch = "note.rule-mismatch";

    /// <summary>The same of a kernel that is known for it: <c>known</c> is the code of what it is known for.</summary>
    public const string RuleQuirk = "note.rule-quirk";

    /// <summary>A connection that accept returned was made by a program that is none of the run's; it was closed, and accept was called again.</summary>
    public const string Stranger = "note.stranger";

    /// <summary>The lab itself failed at what it was doing in the run.</summary>
    public const string LabFault = "note.lab-fault";
}
