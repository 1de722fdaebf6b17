namespace ReuseAddrDashboard.Agent.Programs;

/// <summary>What one run has open here. Guarded by the lock of <see cref="HostedRuns"/>.</summary>
internal sealed class HostedRun(string id)
{
    public string Id { get; } = id;

    /// <summary>By name; null for a name that accept4 will fill.</summary>
    public Dictionary<string, RunSocket?> Sockets { get; } = [];

    /// <summary>Forked children by name.</summary>
    public Dictionary<string, HeldProcess> Children { get; } = [];

    public bool IsEmpty => Sockets.Count == 0 && Children.Count == 0;

    /// <summary>
    /// The place that the kernel would give the program's next descriptor: the lowest free one, 0 standing for the first after stdin, stdout and stderr.
    /// </summary>
    public int FreePlace(string? program)
    {
        var taken = new HashSet<int>(Sockets.Values.OfType<RunSocket>().Where(s => s.Program == program).Select(s => s.Place));
        int place = 0;
        while (taken.Contains(place))
            place++;
        return place;
    }
}
