using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>The sockets of one port as the rule alone would let them be, with the bucket's memory.</summary>
internal sealed class PortModel(ushort port, BucketMemory memory = BucketMemory.ReusePort)
{
    /// <summary>A socket that has the port; null in <see cref="Sockets"/> once it has gone, so that numbers stay.</summary>
    public sealed class One
    {
        public required BindCandidate Candidate { get; set; }

        public TcpState State { get; set; } = TcpState.BoundInactive;

        public TcpEndpoint? Remote { get; init; }

        /// <summary>IPV6_V6ONLY after bind: the kernel sets it on one IPv6 address.</summary>
        public required bool V6Only { get; init; }

        public PortSocket Seen =>
            new()
            {
                State = State,
                Local = Candidate.Local,
                Remote = Remote,
                ReuseAddr = Candidate.ReuseAddr,
                ReusePort = Candidate.ReusePort,
                V6Only = V6Only,
                Uid = State == TcpState.TimeWait ? null : Candidate.Uid,
                Inode = 1,
            };
    }

    public List<One?> Sockets { get; } = [];

    public BindBucket Bucket { get; private set; } = BindBucket.Empty;

    /// <summary>The last verdict, and who asked for it.</summary>
    public BindVerdict? Verdict { get; private set; }

    public BindCandidate? Asked { get; private set; }

    public bool Bind(TcpEndpoint local, bool v6Only, bool reuseAddr, bool reusePort, uint uid = 0)
    {
        var candidate = new BindCandidate
        {
            Local = local.WithPort(port),
            V6Only = v6Only,
            ReuseAddr = reuseAddr,
            ReusePort = reusePort,
            Uid = uid,
        };
        if (!Asks(PortCall.Bind, candidate, null))
            return false;
        Sockets.Add(new() { Candidate = candidate, V6Only = local is { IsV6: true, IsV4Mapped: false } && (v6Only || !local.IsWildcard) });
        return true;
    }

    public bool Listen(int socket)
    {
        One one = Sockets[socket]!;
        if (!Asks(PortCall.Listen, one.Candidate with { V6Only = one.V6Only }, one))
            return false;
        one.State = TcpState.Listen;
        return true;
    }

    /// <summary>A connection of a listener's, accepted by root: it has the port as well.</summary>
    public void Accept(int listener, TcpEndpoint local)
    {
        One of = Sockets[listener]!;
        Sockets.Add(
            new()
            {
                Candidate = of.Candidate with { Local = local.WithPort(port), Uid = 0 },
                State = TcpState.Established,
                V6Only = of.V6Only,
            }
        );
    }

    /// <summary>SO_REUSEADDR or SO_REUSEPORT, at any time.</summary>
    public void Set(int socket, bool addr, bool value)
    {
        One one = Sockets[socket]!;
        one.Candidate = addr ? one.Candidate with { ReuseAddr = value } : one.Candidate with { ReusePort = value };
    }

    /// <summary>A close: a connection that is closed here first leaves TIME-WAIT.</summary>
    public void CloseOrLeave(int socket)
    {
        if (Sockets[socket]!.State == TcpState.Established)
            Sockets[socket]!.State = TcpState.TimeWait;
        else
            Close(socket);
    }

    public void Close(int socket)
    {
        Sockets[socket] = null;
        if (Sockets.All(s => s is null))
            Bucket = BindBucket.Empty;
    }

    private bool Asks(PortCall call, BindCandidate candidate, One? itself)
    {
        PortSocket[] others = [.. Sockets.Where(s => s is not null && s != itself).Select(s => s!.Seen)];
        (Asked, Verdict) = (candidate, BindRule.Judge(call, candidate, others, Bucket));
        if (Verdict.Outcome != BindOutcome.Ok)
            return false;
        Bucket = Bucket.After(call, candidate, others.Length == 0 && itself is null, memory);
        return true;
    }
}
