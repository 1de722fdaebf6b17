using System.Collections.Concurrent;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>What the bind rule says of a cell.</summary>
/// <param name="Answer">Of bind and listen together.</param>
/// <param name="Verdict">Of the call that fails; of listen where none does.</param>
/// <param name="Candidate">The second socket.</param>
public sealed record MatrixPrediction(MatrixAnswer Answer, BindVerdict Verdict, BindCandidate Candidate);

/// <summary>
/// The bind rule for each cell. What the port's bucket remembers makes no difference here: both sockets keep the options that they were bound with and have one
/// owner, so whatever it lets pass
/// <see cref="BindRule"/> lets pass as well.
/// </summary>
public static class MatrixRule
{
    /// <summary>Any port; both sockets of a cell have the same.</summary>
    private const ushort Port = 1;

    private const uint Loopback4 = 0x7f000001;

    private static readonly UInt128 Mapped = (UInt128)0xffff << 32 | Loopback4;

    // A page asks for every cell each time one comes.
    private static readonly ConcurrentDictionary<MatrixCell, MatrixPrediction> Known = new();

    /// <summary>The rule's answer.</summary>
    public static MatrixPrediction Of(MatrixCell cell) => Known.GetOrAdd(cell, Judge);

    private static MatrixPrediction Judge(MatrixCell cell)
    {
        var candidate = new BindCandidate
        {
            Local = At(cell.Second, Port),
            V6Only = false,
            ReuseAddr = cell.SecondOptions.ReuseAddr,
            ReusePort = cell.SecondOptions.ReusePort,
        };
        PortSocket[] there = cell.State is { } state ? [Left(cell, state)] : [];
        BindVerdict bind = BindRule.Judge(PortCall.Bind, candidate, there);
        if (bind.Outcome != BindOutcome.Ok)
            return new(new(PortCall.Bind, bind.Outcome.Name()), bind, candidate);
        BindVerdict listen = BindRule.Judge(PortCall.Listen, candidate, there);
        return new(listen.Outcome == BindOutcome.Ok ? MatrixAnswer.Ok : new(PortCall.Listen, listen.Outcome.Name()), listen, candidate);
    }

    /// <summary>A difference of kernels that is known and explains why this one answered otherwise; null where none is.</summary>
    /// <param name="release">uname -r.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="answer">What the kernel answered.</param>
    public static KernelQuirk? Quirk(string release, MatrixCell cell, MatrixAnswer answer)
    {
        MatrixPrediction rule = Of(cell);
        BindOutcome kernel = answer switch
        {
            { IsOk: true } => BindOutcome.Ok,
            { Errno: "EADDRINUSE" } => BindOutcome.InUse,
            { Errno: "EINVAL" } => BindOutcome.Invalid,
            _ => BindOutcome.Unknown,
        };
        return KernelQuirks.Find(release, rule.Candidate, rule.Verdict, kernel);
    }

    /// <summary>Where a socket of a cell is bound.</summary>
    public static TcpEndpoint At(CellAddress address, ushort port) =>
        address switch
        {
            CellAddress.V4 => TcpEndpoint.V4(Loopback4, port),
            CellAddress.V6 => TcpEndpoint.V6(1, port),
            CellAddress.Mapped => TcpEndpoint.V6(Mapped, port),
            _ => TcpEndpoint.V6(0, port),
        };

    /// <summary>By which address a first socket is reached.</summary>
    public static TcpEndpoint ReachedAt(CellAddress first, ushort port) => first == CellAddress.V6 ? At(CellAddress.V6, port) : At(CellAddress.V4, port);

    /// <summary>The address that the socket which is left has: a connection has the one that it came to, as the kernel shows it.</summary>
    public static TcpEndpoint LeftAt(MatrixCell cell, ushort port) =>
        At(cell is { HasConnection: true, First: CellAddress.Dual } ? CellAddress.Mapped : cell.First, port);

    private static PortSocket Left(MatrixCell cell, TcpState state) =>
        new()
        {
            State = state,
            Local = LeftAt(cell, Port),
            ReuseAddr = cell.FirstOptions.ReuseAddr,
            ReusePort = cell.FirstOptions.ReusePort,
            V6Only = cell.First == CellAddress.V6,
            Uid = 0,
        };
}
