namespace ReuseAddrDashboard.Server.Labs;

/// <summary>How long the lab waits for what, and how much it keeps.</summary>
internal static class LabLimits
{
    /// <summary>An agent that was given an order, beyond what the order itself may take.</summary>
    public static readonly TimeSpan OrderTime = TimeSpan.FromSeconds(5);

    /// <summary>An agent that tries cells of the matrix: all of them take 1.3 s on two cores, and 40 s on a machine that is emulated.</summary>
    public static readonly TimeSpan Cells = TimeSpan.FromMinutes(3);

    /// <summary>An agent that is to stop trying cells: what stands is closed within 10 s.</summary>
    public static readonly TimeSpan CellsStop = TimeSpan.FromSeconds(15);

    /// <summary>An agent that ends or forks a program: calls that block are ended first, and a process is started.</summary>
    public static readonly TimeSpan ProgramTime = TimeSpan.FromSeconds(45);

    /// <summary>An agent that changes its namespace: up to three tools, each of which it gives 20 s.</summary>
    public static readonly TimeSpan EnvironmentTime = TimeSpan.FromSeconds(65);

    /// <summary>A look at a host's sockets: 5 ms on an idle machine.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>An agent that says nothing at all for so long, though it was asked, does not answer; and how often that is looked at.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2.5),
        SilenceLook = TimeSpan.FromSeconds(0.5);

    /// <summary>An agent that talks, but does not do what it is told: whoever starts a run is answered within 3 s all the same.</summary>
    public static readonly TimeSpan StartLook = TimeSpan.FromSeconds(2.9);

    /// <summary>What blocks is ended within 2 s at the agent; beyond that the run is put away without it.</summary>
    public static readonly TimeSpan CloseRun = TimeSpan.FromSeconds(3);

    /// <summary>TIME-WAIT lasts 60 s and timer-wheel slack, at most about 64 s (HZ = 1000).</summary>
    public static readonly TimeSpan TimeWait = TimeSpan.FromSeconds(70);

    /// <summary>How long a closing connection is looked at after a step, and how far apart.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(1),
        SettlePause = TimeSpan.FromMilliseconds(5);

    /// <summary>Most predictions that a run's log takes: one of each page that there may be.</summary>
    public const int Predictions = 500;

    /// <summary>Attempts of a step that is repeated begin so far apart.</summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromSeconds(1);

    /// <summary>What could not be stored is tried again after so long, and each time it fails after twice as long, up to the second.</summary>
    public static readonly TimeSpan StoreAgain = TimeSpan.FromSeconds(1),
        StoreAgainAtMost = TimeSpan.FromSeconds(16);

    /// <summary>A write that takes longer is not waited for: what it has is shown. A commit takes 1 ms on an idle machine.</summary>
    public static readonly TimeSpan StorePatience = TimeSpan.FromMilliseconds(500);

    /// <summary>Events that wait to be stored, over all runs, beyond which no new run is taken: about 150 MB.</summary>
    public const int Unstored = 500_000;

    /// <summary>Sockets beside the runs that are followed at most.</summary>
    public const int Sockets = 512;

    /// <summary>Runs that may be open at once: their ports have room in one order to watch.</summary>
    public const int Runs = 32;
}
