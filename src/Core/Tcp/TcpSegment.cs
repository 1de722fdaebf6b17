namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// What a captured TCP segment says: addresses, header and options, held without allocation. Its checksums are not looked at (a host's own segments often have
/// none yet).
/// Small and flat, because one is written for every packet; what is made of it costs where it is asked for.
/// </summary>
public record struct TcpSegment
{
    private ulong _sourceHigh,
        _sourceLow,
        _destinationHigh,
        _destinationLow;
    private uint _seq,
        _ack,
        _tsVal,
        _tsEcr;
    private int _length;
    private ushort _sourcePort,
        _destinationPort,
        _window,
        _mss;
    private TcpFlags _flags;
    private byte _windowScale;
    private bool _v6;
    private Has _has;
    private SackBlocks _sack;

    [Flags]
    private enum Has : byte
    {
        None = 0,
        Mss = 1,
        WindowScale = 2,
        SackPermitted = 4,
        Timestamps = 8,
    }

    /// <summary>Of the same family as <see cref="Destination"/>.</summary>
    public TcpEndpoint Source
    {
        readonly get => End(_sourceHigh, _sourceLow, _sourcePort);
        init => (_sourceHigh, _sourceLow, _sourcePort, _v6) = ((ulong)(value.Bits >> 64), (ulong)value.Bits, value.Port, value.IsV6);
    }

    /// <summary>Destination address and port.</summary>
    public TcpEndpoint Destination
    {
        readonly get => End(_destinationHigh, _destinationLow, _destinationPort);
        init => (_destinationHigh, _destinationLow, _destinationPort, _v6) = ((ulong)(value.Bits >> 64), (ulong)value.Bits, value.Port, value.IsV6);
    }

    /// <summary>The control bits.</summary>
    public TcpFlags Flags
    {
        readonly get => _flags;
        init => _flags = value;
    }

    /// <summary>SEG.SEQ.</summary>
    public uint Seq
    {
        readonly get => _seq;
        init => _seq = value;
    }

    /// <summary>SEG.ACK; says nothing unless <see cref="TcpFlags.Ack"/> is set.</summary>
    public uint Ack
    {
        readonly get => _ack;
        init => _ack = value;
    }

    /// <summary>SEG.WND as it stands in the header, before scaling.</summary>
    public ushort Window
    {
        readonly get => _window;
        init => _window = value;
    }

    /// <summary>Octets of payload, by the IP header, whatever part of them was captured.</summary>
    public int Length
    {
        readonly get => _length;
        init => _length = value;
    }

    /// <summary>Maximum segment size (RFC 9293, 3.7.1); null where the option is absent.</summary>
    public ushort? Mss
    {
        readonly get => (_has & Has.Mss) != 0 ? _mss : null;
        init => (_mss, _has) = (value ?? 0, With(Has.Mss, value is not null));
    }

    /// <summary>The shift of the window scale option (RFC 7323, 2), as it stands there; null where absent.</summary>
    public byte? WindowScale
    {
        readonly get => (_has & Has.WindowScale) != 0 ? _windowScale : null;
        init => (_windowScale, _has) = (value ?? 0, With(Has.WindowScale, value is not null));
    }

    /// <summary>SACK permitted (RFC 2018, 2).</summary>
    public bool SackPermitted
    {
        readonly get => (_has & Has.SackPermitted) != 0;
        init => _has = With(Has.SackPermitted, value);
    }

    /// <summary>SACK blocks (RFC 2018, 3).</summary>
    public SackBlocks Sack
    {
        readonly get => _sack;
        init => _sack = value;
    }

    /// <summary>TSval of the timestamps option (RFC 7323, 3); null where absent. Together with <see cref="TsEcr"/>.</summary>
    public uint? TsVal
    {
        readonly get => (_has & Has.Timestamps) != 0 ? _tsVal : null;
        init => (_tsVal, _has) = (value ?? 0, With(Has.Timestamps, value is not null));
    }

    /// <summary>TSecr; null where absent.</summary>
    public uint? TsEcr
    {
        readonly get => (_has & Has.Timestamps) != 0 ? _tsEcr : null;
        init => (_tsEcr, _has) = (value ?? 0, With(Has.Timestamps, value is not null));
    }

    /// <summary>Sequence numbers that it takes up: payload, SYN and FIN count (RFC 9293, 3.4).</summary>
    public readonly uint Span => (uint)Length + (Flags.Has(TcpFlags.Syn) ? 1u : 0) + (Flags.Has(TcpFlags.Fin) ? 1u : 0);

    internal void SetAddresses(bool v6, ulong sourceHigh, ulong sourceLow, ulong destinationHigh, ulong destinationLow) =>
        (_v6, _sourceHigh, _sourceLow, _destinationHigh, _destinationLow) = (v6, sourceHigh, sourceLow, destinationHigh, destinationLow);

    internal void SetPorts(ushort source, ushort destination) => (_sourcePort, _destinationPort) = (source, destination);

    internal void SetHeader(uint seq, uint ack, TcpFlags flags, ushort window, int length) =>
        (_seq, _ack, _flags, _window, _length) = (seq, ack, flags, window, length);

    internal void SetNoOptions()
    {
        (_has, _mss, _windowScale, _tsVal, _tsEcr) = (Has.None, 0, 0, 0, 0);
        _sack = default;
    }

    /// <summary>Two NOPs and the timestamps: what an open connection sends.</summary>
    internal void SetTimestamps(uint value, uint echo)
    {
        (_has, _mss, _windowScale, _tsVal, _tsEcr) = (Has.Timestamps, 0, 0, value, echo);
        _sack = default;
    }

    /// <summary>MSS, SACK permitted, timestamps, NOP and window scale: what Linux sends with SYN (tcp_options_write).</summary>
    internal void SetSynOptions(ushort mss, byte windowScale, uint value, uint echo)
    {
        (_has, _mss, _windowScale, _tsVal, _tsEcr) = (Has.Mss | Has.WindowScale | Has.SackPermitted | Has.Timestamps, mss, windowScale, value, echo);
        _sack = default;
    }

    internal void SetOptions(in TcpOptions options)
    {
        (_mss, _windowScale, _tsVal, _tsEcr) = (options.Mss ?? 0, options.WindowScale ?? 0, options.TsVal ?? 0, options.TsEcr ?? 0);
        _has =
            (options.Mss is null ? 0 : Has.Mss)
            | (options.WindowScale is null ? 0 : Has.WindowScale)
            | (options.SackPermitted ? Has.SackPermitted : 0)
            | (options.TsVal is null ? 0 : Has.Timestamps);
        _sack = options.Sack;
    }

    private readonly TcpEndpoint End(ulong high, ulong low, ushort port) =>
        _v6 ? TcpEndpoint.V6(new UInt128(high, low), port) : TcpEndpoint.V4((uint)low, port);

    private readonly Has With(Has option, bool there) => there ? _has | option : _has & ~option;
}

/// <summary>Octets that were received beyond a gap: from <paramref name="Left"/> up to, not including, <paramref name="Right"/>.</summary>
public readonly record struct SackBlock(uint Left, uint Right);

/// <summary>Up to four blocks; more have no room among the 40 octets of options.</summary>
public readonly record struct SackBlocks
{
    /// <summary>Blocks that have room in a header.</summary>
    public const int Max = 4;

    private readonly SackBlock _0,
        _1,
        _2,
        _3;

    /// <param name="blocks">In the order of the option.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="Max"/>.</exception>
    public SackBlocks(ReadOnlySpan<SackBlock> blocks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks.Length, Max);
        Count = blocks.Length;
        _0 = Count > 0 ? blocks[0] : default;
        _1 = Count > 1 ? blocks[1] : default;
        _2 = Count > 2 ? blocks[2] : default;
        _3 = Count > 3 ? blocks[3] : default;
    }

    /// <summary>How many there are, 0 to <see cref="Max"/>.</summary>
    public int Count { get; }

    /// <summary>As a list; null for none.</summary>
    public SackBlock[]? ToArray()
    {
        if (Count == 0)
            return null;
        var blocks = new SackBlock[Count];
        for (int i = 0; i < Count; i++)
            blocks[i] = this[i];
        return blocks;
    }

    /// <summary>A block by its place in the option, from 0.</summary>
    public SackBlock this[int i] =>
        (uint)i >= (uint)Count
            ? throw new ArgumentOutOfRangeException(nameof(i))
            : i switch
            {
                0 => _0,
                1 => _1,
                2 => _2,
                _ => _3,
            };
}
