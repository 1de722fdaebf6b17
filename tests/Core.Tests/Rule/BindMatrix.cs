using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>What is left on the port when the candidate comes.</summary>
internal enum Left
{
    Nothing,
    Bound,

    /// <summary>Bound when the candidate binds, listening before the candidate listens.</summary>
    BoundThenListens,
    Listen,
    Established,
    CloseWait,
    FinWait2,
    TimeWait,
}

/// <summary>Where the first listener is bound and from where it is reached.</summary>
internal sealed record Place(string Name, string Bound, string ReachedAt, bool V6, bool V6Only = false)
{
    public static readonly Place[] First =
    [
        new("0.0.0.0", "0.0.0.0", "127.0.0.1", V6: false),
        new("127.0.0.1", "127.0.0.1", "127.0.0.1", V6: false),
        new("[::] reached by IPv4", "[::]", "[::ffff:127.0.0.1]", V6: true),
        new("[::] reached by IPv6", "[::]", "[::1]", V6: true),
        new("[::] v6-only", "[::]", "[::1]", V6: true, V6Only: true),
        new("[::1]", "[::1]", "[::1]", V6: true),
        new("[::ffff:0.0.0.0]", "[::ffff:0.0.0.0]", "[::ffff:127.0.0.1]", V6: true),
        new("[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", V6: true),
    ];

    public static readonly Place[] Second =
    [
        new("0.0.0.0", "0.0.0.0", "", V6: false),
        new("127.0.0.1", "127.0.0.1", "", V6: false),
        new("127.0.0.2", "127.0.0.2", "", V6: false),
        new("[::] dual", "[::]", "", V6: true),
        new("[::] v6-only", "[::]", "", V6: true, V6Only: true),
        new("[::1]", "[::1]", "", V6: true),
        new("[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", "", V6: true),
        new("[::ffff:0.0.0.0]", "[::ffff:0.0.0.0]", "", V6: true),
        new("[::ffff:127.0.0.1] v6-only", "[::ffff:127.0.0.1]", "", V6: true, V6Only: true),
    ];

    public TcpEndpoint At(int port) => Read(Bound, port);

    public TcpEndpoint Reach(int port) => Read(ReachedAt, port);

    private static TcpEndpoint Read(string address, int port) =>
        TcpEndpoint.TryParse($"{address}:{port}", out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(address);
}

/// <summary>The four options of a cell.</summary>
internal readonly record struct Flags(bool FirstReuseAddr, bool SecondReuseAddr, bool FirstReusePort, bool SecondReusePort)
{
    public static readonly Flags[] All = [.. Enumerable.Range(0, 16).Select(i => new Flags((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, (i & 8) != 0))];
}

/// <summary>One cell of the matrix: makes what is left on its own port, and keeps it until disposed.</summary>
internal sealed class BindCell(Place first, Place second, Left left, Flags flags, ushort port) : IDisposable
{
    private readonly List<RawSocket> _open = [];
    private RawSocket? _listener;
    private bool? _v6Only;

    public ushort Port => port;

    public TcpState? State =>
        left switch
        {
            Left.Listen => TcpState.Listen,
            Left.Established => TcpState.Established,
            Left.CloseWait => TcpState.CloseWait,
            Left.FinWait2 => TcpState.FinWait2,
            Left.TimeWait => TcpState.TimeWait,
            _ => null,
        };

    public BindCandidate Candidate =>
        new()
        {
            Local = second.At(port),
            V6Only = second.V6Only,
            ReuseAddr = flags.SecondReuseAddr,
            ReusePort = flags.SecondReusePort,
            Uid = 0,
        };

    public override string ToString() => $"left {left} at {first.Name}, candidate {second.Name}, {flags}";

    public void Prepare()
    {
        if (left == Left.Nothing)
            return;
        _listener = Keep(new RawSocket(first.V6, first.V6Only, flags.FirstReuseAddr, flags.FirstReusePort));
        RawSocket.Must(_listener.Bind(first.At(port)));
        _v6Only = _listener.V6Only;
        if (left is Left.Bound or Left.BoundThenListens)
            return;
        RawSocket.Must(_listener.Listen());
        if (left == Left.Listen)
            return;

        RawSocket client = Keep(new RawSocket(first.V6));
        RawSocket.Must(client.Connect(first.Reach(port)));
        RawSocket child = Keep(_listener.Accept());
        _listener.Dispose();
        client.AcknowledgeAtOnce();
        if (left == Left.CloseWait)
            RawSocket.Must(client.Shutdown(RawSocket.ShutWr));
        if (left is Left.FinWait2 or Left.TimeWait)
            child.Dispose();
        if (left == Left.TimeWait)
            client.Dispose();
    }

    /// <summary>The socket in the way as the agent would know it: its row, or what was bound, with the listener's options.</summary>
    public PortSocket Known(TcpState state, TcpEndpoint local) =>
        new()
        {
            State = state,
            Local = local,
            ReuseAddr = flags.FirstReuseAddr,
            ReusePort = flags.FirstReusePort,
            V6Only = _v6Only,
            Uid = 0,
        };

    /// <summary>Asks the kernel and the rule, for bind and for listen, and says where they differ.</summary>
    public IEnumerable<string> Differences(IReadOnlyList<PortSocket> rows)
    {
        IReadOnlyList<PortSocket> there = left is Left.Bound or Left.BoundThenListens ? [Known(TcpState.BoundInactive, first.At(port))] : rows;
        RawSocket socket = Keep(new RawSocket(second.V6, second.V6Only, flags.SecondReuseAddr, flags.SecondReusePort));
        BindVerdict rule = BindRule.Judge(PortCall.Bind, Candidate, there);
        int errno = socket.Bind(second.At(port));
        if (!Agree(rule, errno))
            yield return $"bind: kernel {errno}, rule {rule.Outcome} ({string.Join(' ', rule.Obstacles.Select(o => o.Clause))}): {this}";
        if (errno != 0)
            yield break;

        if (left == Left.BoundThenListens)
        {
            RawSocket.Must(_listener!.Listen());
            there = [Known(TcpState.Listen, first.At(port))];
        }
        rule = BindRule.Judge(PortCall.Listen, Candidate, there);
        errno = socket.Listen();
        if (!Agree(rule, errno))
            yield return $"listen: kernel {errno}, rule {rule.Outcome} ({string.Join(' ', rule.Obstacles.Select(o => o.Clause))}): {this}";
    }

    public void Dispose() => _open.ForEach(socket => socket.Dispose());

    public static bool Agree(BindVerdict rule, int errno) =>
        errno
        == (
            rule.Outcome switch
            {
                BindOutcome.Ok => 0,
                BindOutcome.InUse => RawSocket.Eaddrinuse,
                BindOutcome.Invalid => RawSocket.Einval,
                _ => -1,
            }
        );

    private RawSocket Keep(RawSocket socket)
    {
        _open.Add(socket);
        return socket;
    }
}
