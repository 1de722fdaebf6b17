namespace ReuseAddrDashboard.Core.Events;

/// <summary>The codes of <see cref="NoteEvent"/>; stable names for translations and programs.</summary>
public static class NoteCodes
{
    /// <summary>The link to a host's agent broke; it is waited for.</summary>
    public const string AgentLost = "agent-lost";

    /// <summary>The same agent is connected again.</summary>
    public const string AgentBack = "agent-back";

    /// <summary>A new agent process took the host's place: the sockets of the old one are closed.</summary>
    public const string AgentRestarted = "agent-restarted";

    /// <summary>Play all waits until TIME-WAIT of an earlier run has gone.</summary>
    public const string WaitingForPort = "waiting-for-port";

    /// <summary>Wait and bind again began: the attempts that follow are its own, up to <see cref="BindingAgainEnded"/>.</summary>
    public const string BindingAgain = "binding-again";

    public const string BindingAgainEnded = "binding-again-ended";

    /// <summary>A host's wall clock was set while its capture ran: segments stamped about then may stand at a wrong place.</summary>
    public const string WallClockStep = "wall-clock-step";

    /// <summary>bind or listen returned something else than the kernel's rule says of the sockets that were there: one of the two is not understood.</summary>
    public const string RuleMismatch = "rule-mismatch";

    /// <summary>Both ends closed, and the server has no TIME-WAIT socket: the lesson cannot show what it is for.</summary>
    public const string NoTimeWait = "no-time-wait";
}
