using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A socket that a program of the run made, with what the bind rule asks for at every moment of its life.</summary>
/// <param name="name">Its name in the scenario.</param>
/// <param name="inode">0 where it is not known.</param>
/// <param name="uid">Its owner.</param>
internal sealed class OwnSocket(string name, ulong inode, uint uid)
{
    private readonly List<(long T, BindOptions Options)> _changes = [];
    private readonly HashSet<string> _holders = [];

    public string Name { get; } = name;

    public ulong Inode { get; } = inode;

    public uint Uid { get; } = uid;

    /// <summary>Its program, or the last that had it; null where no program of the scenario made it.</summary>
    public string? Program { get; private set; }

    public PortUse Use { get; set; } = PortUse.Unknown;

    /// <summary>True once it is one end of a connection.</summary>
    public bool IsConnected { get; set; }

    /// <summary>The listener it came from; null for none.</summary>
    public OwnSocket? Listener { get; init; }

    /// <summary>Where it is bound; null before.</summary>
    public TcpEndpoint? Local { get; set; }

    /// <summary>When its bind, or the connect that bound it, was made; null for none.</summary>
    public long? BoundAt { get; set; }

    /// <summary>While it listens, or has listened.</summary>
    public (long From, long? Until)? Listened { get; set; }

    /// <summary>When its last holder closed it; null while it is open.</summary>
    public long? ClosedAt { get; private set; }

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    /// <param name="listener">The copy of its listener; null for none.</param>
    public OwnSocket Copy(OwnSocket? listener)
    {
        var copy = new OwnSocket(Name, Inode, Uid)
        {
            Program = Program,
            Use = Use,
            IsConnected = IsConnected,
            Listener = listener,
            Local = Local,
            BoundAt = BoundAt,
            Listened = Listened,
            ClosedAt = ClosedAt,
        };
        copy._changes.AddRange(_changes);
        copy._holders.UnionWith(_holders);
        return copy;
    }

    /// <summary>Whether it is bound, and listens, at a moment, by the run's own calls; null where it is neither, or has a peer.</summary>
    public TcpState? AloneAt(long t) =>
        Use != PortUse.Bound || IsConnected || BoundAt > t || ClosedAt <= t ? null
        : Listened is { } l && l.From <= t && (l.Until ?? long.MaxValue) > t ? TcpState.Listen
        : TcpState.BoundInactive;

    /// <summary>The options now.</summary>
    public BindOptions Options => _changes[^1].Options;

    public bool IsHeldByOther(string? program) => _holders.Any(h => h != (program ?? ""));

    public OwnSocket HeldBy(string? program)
    {
        _holders.Add(program ?? "");
        Program ??= program;
        return this;
    }

    /// <summary>A program closed it: true when no other has it any more.</summary>
    public bool Release(string? program, long t)
    {
        _holders.Remove(program ?? "");
        if (_holders.Count > 0)
        {
            Program = _holders.Contains(Program ?? "") ? Program : _holders.First();
            return false;
        }
        ClosedAt = t;
        if (Listened is { Until: null } listened)
            Listened = listened with { Until = t };
        return true;
    }

    public OwnSocket Set(long t, BindOptions options)
    {
        if (_changes.Count == 0 || _changes[^1].Options != options)
            _changes.Add((t, options));
        return this;
    }

    /// <summary>The options at a moment.</summary>
    public BindOptions At(long t) => _changes[Math.Max(0, _changes.FindLastIndex(c => c.T <= t))].Options;

    /// <summary>What held at every moment in between; unknown where it changed.</summary>
    public BindOptions Within(long from, long to)
    {
        BindOptions held = _changes.FindLast(c => c.T <= from) is { Options: var first } ? first : BindOptions.Unknown;
        foreach ((long t, BindOptions options) in _changes)
            held = t > from && t <= to ? held.Common(options) : held;
        return held;
    }
}
