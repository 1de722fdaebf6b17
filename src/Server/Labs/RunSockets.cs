using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Which attempt of which step made something.</summary>
internal readonly record struct MadeIn(string? Step, int Attempt);

/// <summary>What a run's log says of its own sockets and programs, event by event.</summary>
internal sealed class RunSockets
{
    private readonly HashSet<(string Host, ulong Inode)> _inodes = [];
    private readonly HashSet<SocketPair> _pairs = [];
    private readonly HashSet<TcpEndpoint> _connected = [];
    private readonly Dictionary<string, MadeIn> _made = [],
        _started = [];
    private readonly Dictionary<string, int> _instances = [];
    private readonly Dictionary<(string Host, SocketPair Pair, ulong Bound), StateEvent> _states = [];

    /// <summary>In which attempt a socket of that name was made last.</summary>
    public MadeIn MadeIn(string socket) => _made.GetValueOrDefault(socket);

    /// <summary>In which attempt a program was started last.</summary>
    public MadeIn StartedIn(string program) => _started.GetValueOrDefault(program);

    /// <summary>How often a program was started.</summary>
    public int Instance(string program) => _instances.GetValueOrDefault(program);

    /// <summary>The inodes of the sockets that are or were the run's.</summary>
    public IReadOnlySet<(string Host, ulong Inode)> Inodes => _inodes;

    /// <summary>True for a socket that one of the run's calls made.</summary>
    public bool IsOwn(string host, ulong inode) => inode != 0 && _inodes.Contains((host, inode));

    /// <summary>True for a connection that one of the run's calls made or accepted, seen from either end.</summary>
    public bool IsOwn(TcpEndpoint local, TcpEndpoint remote) => _pairs.Contains(new(local.Unmapped(), remote.Unmapped()));

    /// <summary>True for the end from which the run connected.</summary>
    public bool ConnectedFrom(TcpEndpoint end) => _connected.Contains(end.Unmapped());

    /// <summary>The ends from which the run connected.</summary>
    public IEnumerable<TcpEndpoint> Connected => _connected;

    /// <summary>States that a source other than the socket table told last.</summary>
    public IEnumerable<StateEvent> States => _states.Values;

    /// <summary>Takes the next event of the log.</summary>
    /// <param name="e">The event.</param>
    /// <param name="startedIn">A start: in which attempt.</param>
    public void Append(RunEvent e, MadeIn startedIn)
    {
        switch (e)
        {
            case CallEvent { Host: { } host } call:
                Follow(host, call);
                break;
            case ProgramEvent { Change: ProgramChange.Started } program:
                _instances[program.Program] = program.Instance;
                _started[program.Program] = startedIn;
                break;
            case StateEvent { Host: { } host } state:
                var key = (host, state.Socket, state.Socket.Remote.Port == 0 ? state.Inode : 0);
                if (state.To is null)
                    _states.Remove(key);
                else
                    _states[key] = state;
                break;
            case NoteEvent { Code: NoteCodes.AgentRestarted, Host: { } host }:
                foreach (var gone in _states.Keys.Where(k => k.Host == host).ToArray())
                    _states.Remove(gone);
                break;
            default:
                break;
        }
    }

    private void Follow(string host, CallEvent call)
    {
        if (call.Inode != 0)
            _inodes.Add((host, call.Inode));
        if (call is { Succeeded: true, Call: "socket" or "accept4" })
            _made[call.Accepted ?? call.Socket] = new(call.Step, call.Attempt);
        if (call is not { Call: "connect" or "accept4", Local: { } local })
            return;
        if (call.Call == "connect")
            _connected.Add(local.Unmapped());
        if ((call.Remote ?? (call.Call == "connect" ? call.Args.Address : null)) is { } remote)
        {
            _pairs.Add(new(local.Unmapped(), remote.Unmapped()));
            _pairs.Add(new(remote.Unmapped(), local.Unmapped()));
        }
    }
}
