namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>One life of <c>reuseaddr-agent local-hosts</c>, whoever started it.</summary>
internal interface ILocalHosts : IDisposable
{
    /// <summary>Longest line of it or an agent that is passed on, in characters.</summary>
    const int LongestLine = 400;

    /// <summary>How long it may take to end by itself.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>Its process.</summary>
    int Id { get; }

    /// <summary>True when all agents are started; false when it ended before.</summary>
    Task<bool> Ready { get; }

    /// <summary>What it said last on stderr; null for nothing.</summary>
    string? LastLine { get; }

    /// <returns>The exit code.</returns>
    Task<int> Ended(CancellationToken cancel);

    /// <summary>Closes its standard input, which ends it and its agents, and kills it when it takes too long.</summary>
    Task Stop(TimeProvider time);
}
