namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>What a captured TCP segment says: addresses, header and options, held without allocation. Its checksums are not looked at (a host's own segments often have none yet).</summary>
public readonly record struct TcpSegment
{
    public Endpoint Source { get; init; }

    public Endpoint Destination { get; init; }

    public TcpFlags Flags { get; init; }

    /// <summary>SEG.SEQ.</summary>
    public uint Seq { get; init; }

    /// <summary>SEG.ACK; says nothing unless <see cref="TcpFlags.Ack"/> is set.</summary>
    public uint Ack { get; init; }

    /// <summary>SEG.WND as it stands in the header, before scaling.</summary>
    public ushort Window { get; init; }

    /// <summary>Octets of payload, by the IP header, whatever part of them was captured.</summary>
    public int Length { get; init; }

    /// <summary>Maximum segment size (RFC 9293, 3.7.1); null where the option is absent.</summary>
    public ushort? Mss { get; init; }

    /// <summary>The shift of the window scale option (RFC 7323, 2), as it stands there; null where absent.</summary>
    public byte? WindowScale { get; init; }

    /// <summary>SACK permitted (RFC 2018, 2).</summary>
    public bool SackPermitted { get; init; }

    /// <summary>SACK blocks (RFC 2018, 3).</summary>
    public SackBlocks Sack { get; init; }

    /// <summary>TSval of the timestamps option (RFC 7323, 3); null where absent.</summary>
    public uint? TsVal { get; init; }

    /// <summary>TSecr; null where absent.</summary>
    public uint? TsEcr { get; init; }

    /// <summary>Sequence numbers that it takes up: payload, SYN and FIN count (RFC 9293, 3.4).</summary>
    public uint Span => (uint)Length + (Flags.Has(TcpFlags.Syn) ? 1u : 0) + (Flags.Has(TcpFlags.Fin) ? 1u : 0);
}

/// <summary>Octets that were received beyond a gap: from <paramref name="Left"/> up to, not including, <paramref name="Right"/>.</summary>
public readonly record struct SackBlock(uint Left, uint Right);

/// <summary>Up to four blocks; more have no room among the 40 octets of options.</summary>
public readonly record struct SackBlocks
{
    public const int Max = 4;

    private readonly SackBlock _0, _1, _2, _3;

    public SackBlocks(ReadOnlySpan<SackBlock> blocks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks.Length, Max);
        Count = blocks.Length;
        _0 = Count > 0 ? blocks[0] : default;
        _1 = Count > 1 ? blocks[1] : default;
        _2 = Count > 2 ? blocks[2] : default;
        _3 = Count > 3 ? blocks[3] : default;
    }

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

    public SackBlock this[int i] => (uint)i >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(i)) : i switch { 0 => _0, 1 => _1, 2 => _2, _ => _3 };
}
