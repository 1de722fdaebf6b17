using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>What the first socket left on the port when the second one comes.</summary>
public enum LeftOnPort : byte
{
    /// <summary>Nothing: there was no first socket.</summary>
    Nothing,

    /// <summary>The first socket, bound and not listening.</summary>
    Bound,

    /// <summary>The first socket, listening.</summary>
    Listen,

    /// <summary>An accepted connection; its listener was closed.</summary>
    Established,

    /// <summary>An accepted connection that the server closed first while the client keeps its end open; the listener was closed.</summary>
    FinWait2,

    /// <summary>An accepted connection that the client closed first and the server keeps open; the listener was closed.</summary>
    CloseWait,

    /// <summary>An accepted connection that the server closed first and the client afterwards; the listener was closed.</summary>
    TimeWait,
}

/// <summary>Where a socket of a cell is bound.</summary>
public enum CellAddress : byte
{
    /// <summary>127.0.0.1.</summary>
    V4,

    /// <summary>::1; the kernel sets IPV6_V6ONLY on such a socket itself.</summary>
    V6,

    /// <summary>[::] with IPV6_V6ONLY off, which takes IPv4 as well; as a first socket it is reached by IPv4.</summary>
    Dual,

    /// <summary>::ffff:127.0.0.1 on an AF_INET6 socket.</summary>
    Mapped,
}

/// <summary>The options that a socket of a cell has before it is bound.</summary>
/// <param name="ReuseAddr">SO_REUSEADDR.</param>
/// <param name="ReusePort">SO_REUSEPORT.</param>
public readonly record struct CellOptions(bool ReuseAddr, bool ReusePort);

/// <summary>
/// One cell of the matrix: a first socket with its options at its address left something on a port, then a second one with its own options binds that port at
/// its address, and listens.
/// The text form is <c>time-wait/v4/dual/ra/both</c>: what is left, where the first and the second are bound, their options (<c>none</c>, <c>ra</c>, <c>rp</c>,
/// <c>both</c>).
/// </summary>
/// <param name="Left">What is left of the first.</param>
/// <param name="First">Where the first was bound.</param>
/// <param name="Second">Where the second is bound.</param>
/// <param name="FirstOptions">The first's options.</param>
/// <param name="SecondOptions">The second's options.</param>
[JsonConverter(typeof(MatrixCellJson))]
public readonly record struct MatrixCell(LeftOnPort Left, CellAddress First, CellAddress Second, CellOptions FirstOptions, CellOptions SecondOptions)
{
    /// <summary>Most characters of a text form.</summary>
    public const int MaxLength = 40;

    private static readonly string[] LeftNames = ["nothing", "bound", "listen", "established", "fin-wait-2", "close-wait", "time-wait"];
    private static readonly string[] AddressNames = ["v4", "v6", "dual", "mapped"];
    private static readonly string[] OptionNames = ["none", "ra", "rp", "both"];

    /// <summary>Every state that may be left, in the order of a connection's life.</summary>
    public static IReadOnlyList<LeftOnPort> AllLeft { get; } = Enum.GetValues<LeftOnPort>();

    /// <summary>Every address.</summary>
    public static IReadOnlyList<CellAddress> AllAddresses { get; } = Enum.GetValues<CellAddress>();

    /// <summary>Every combination of options: none, SO_REUSEADDR, SO_REUSEPORT, both.</summary>
    public static IReadOnlyList<CellOptions> AllOptions { get; } = [new(false, false), new(true, false), new(false, true), new(true, true)];

    /// <summary>Every cell: 7 states x 16 address pairs x 16 combinations of options.</summary>
    public static IReadOnlyList<MatrixCell> All { get; } =
    [
        .. from first in AllAddresses
        from second in AllAddresses
        from left in AllLeft
        from mine in AllOptions
        from its in AllOptions
        select new MatrixCell(left, first, second, mine, its),
    ];

    /// <summary>The 64 basic cells, what the lessons are about: TIME-WAIT is left, both sockets at the same address, all options.</summary>
    public static IReadOnlyList<MatrixCell> Basic { get; } = [.. All.Where(c => c.Left == LeftOnPort.TimeWait && c.First == c.Second)];

    /// <summary>The state of the socket that is left; null for none.</summary>
    public TcpState? State =>
        Left switch
        {
            LeftOnPort.Bound => TcpState.BoundInactive,
            LeftOnPort.Listen => TcpState.Listen,
            LeftOnPort.Established => TcpState.Established,
            LeftOnPort.FinWait2 => TcpState.FinWait2,
            LeftOnPort.CloseWait => TcpState.CloseWait,
            LeftOnPort.TimeWait => TcpState.TimeWait,
            _ => null,
        };

    /// <summary>True where a connection has to be made for it.</summary>
    public bool HasConnection => Left >= LeftOnPort.Established;

    /// <summary>The name in the text form.</summary>
    public static string Name(LeftOnPort left) => LeftNames[(int)left];

    /// <summary>The name in the text form.</summary>
    public static string Name(CellAddress address) => AddressNames[(int)address];

    /// <summary>The name in the text form.</summary>
    public static string Name(CellOptions options) => OptionNames[(options.ReuseAddr ? 1 : 0) + (options.ReusePort ? 2 : 0)];

    /// <summary>An address by its name; false for another text.</summary>
    public static bool TryParseAddress(string? name, out CellAddress address)
    {
        int at = Array.IndexOf(AddressNames, name);
        address = (CellAddress)Math.Max(at, 0);
        return at >= 0;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => $"{Name(Left)}/{Name(First)}/{Name(Second)}/{Name(FirstOptions)}/{Name(SecondOptions)}";

    /// <summary>Reads the text form; false for anything else, of any length.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MatrixCell cell)
    {
        cell = default;
        if (text is not { Length: <= MaxLength } || text.Split('/') is not [var left, var first, var second, var mine, var its])
            return false;
        int at = Array.IndexOf(LeftNames, left),
            myOptions = Array.IndexOf(OptionNames, mine),
            itsOptions = Array.IndexOf(OptionNames, its);
        if (at < 0 || myOptions < 0 || itsOptions < 0 || !TryParseAddress(first, out CellAddress a) || !TryParseAddress(second, out CellAddress b))
            return false;
        cell = new((LeftOnPort)at, a, b, AllOptions[myOptions], AllOptions[itsOptions]);
        return true;
    }
}

internal sealed class MatrixCellJson : JsonConverter<MatrixCell>
{
    public override MatrixCell Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && MatrixCell.TryParse(reader.GetString(), out MatrixCell cell)
            ? cell
            : throw new JsonException("A cell is written time-wait/v4/dual/ra/both.");

    public override void Write(Utf8JsonWriter writer, MatrixCell value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
