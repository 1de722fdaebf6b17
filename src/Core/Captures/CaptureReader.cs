using System.Buffers.Binary;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>What kind of capture file it is.</summary>
public enum CaptureFormat : byte
{
    /// <summary>None that is read.</summary>
    Unknown,

    /// <summary>libpcap's (pcap-savefile(5)): one link type, times in microseconds or nanoseconds.</summary>
    Pcap,

    /// <summary>pcapng (draft-ietf-opsawg-pcapng): blocks, several interfaces, sections of either byte order.</summary>
    Pcapng,
}

/// <summary>
/// Reads a capture file of anybody's, packet by packet: pcap and pcapng in both byte orders. The stream is read once, forward; of each packet no more than
/// <see cref="CapturedPacket.HeadRoom"/> octets
/// are held, so memory is the same for any file. It never throws for what the file has in it: what cannot be read ends it, and <see cref="Fault"/> says where
/// and why. Errors of the stream itself go to the caller.
/// </summary>
public sealed class CaptureReader
{
    /// <summary>Longest record or block that is believed: far more than any packet; what claims to be longer is broken.</summary>
    public const int MaxBlock = 16 * 1024 * 1024;

    private readonly OctetFeed _feed;
    private readonly PcapRecords? _pcap;
    private readonly PcapngBlocks? _pcapng;
    private readonly byte[] _head = new byte[CapturedPacket.HeadRoom];
    private long _number;

    /// <param name="file">From its begin; the caller closes it.</param>
    public CaptureReader(Stream file)
    {
        _feed = new(file);
        if (!_feed.TryPeek(4, out ReadOnlySpan<byte> magic))
        {
            Fault = CaptureFault.At(0, _feed.AtEnd ? CaptureFaultCodes.Empty : CaptureFaultCodes.Unknown);
            return;
        }
        switch (BinaryPrimitives.ReadUInt32BigEndian(magic))
        {
            case PcapngBlocks.SectionHeader:
                (Format, _pcapng) = (CaptureFormat.Pcapng, new(_feed, _head));
                break;
            case PcapRecords.Micro or PcapRecords.Nano or PcapRecords.MicroSwapped or PcapRecords.NanoSwapped:
                (_pcap, Fault) = PcapRecords.Begin(_feed, _head);
                Format = CaptureFormat.Pcap;
                break;
            // Alexey Kuznetsov's variant has longer record headers.
            case 0xa1b2cd34 or 0x34cdb2a1:
                Fault = CaptureFault.At(0, CaptureFaultCodes.Version, ("what", "pcap (a1b2cd34)"));
                break;
            // gzip, zstd, LZ4, xz, bzip2.
            case var m when m >> 16 == 0x1f8b || m == 0x28b52ffd || m == 0x04224d18 || m == 0xfd377a58 || m >> 8 == 0x425a68:
                Fault = CaptureFault.At(0, CaptureFaultCodes.Compressed);
                break;
            default:
                Fault = CaptureFault.At(0, CaptureFaultCodes.Unknown);
                break;
        }
    }

    /// <summary>What the file is.</summary>
    public CaptureFormat Format { get; }

    /// <summary>Where and why reading ended early; null while it goes on, and where the file was read to its end.</summary>
    public CaptureFault? Fault { get; private set; }

    /// <summary>Octets that were read.</summary>
    public long Offset => _feed.Offset;

    /// <summary>Packets that the capturing program says it did not get, as far as the file tells.</summary>
    public long Dropped => _pcapng?.Dropped ?? 0;

    /// <summary>Blocks of a kind that is not read: names, statistics, secrets, others' own.</summary>
    public long OtherBlocks => _pcapng?.OtherBlocks ?? 0;

    /// <summary>The next packet; false at the end, or where the file cannot be read further.</summary>
    public bool TryNext(out CapturedPacket packet)
    {
        packet = default;
        if (Fault is not null)
            return false;
        (PacketHead? head, Fault) = _pcap?.Next() ?? _pcapng!.Next();
        if (head is not { } h)
            return false;
        packet = new()
        {
            Number = ++_number,
            Time = h.Time,
            LinkType = h.LinkType,
            Interface = h.Interface,
            Direction = h.Direction,
            Octets = _head.AsSpan(0, h.Captured),
            WireLength = Math.Max(h.WireLength, h.Captured),
        };
        return true;
    }
}

/// <summary>What was read of a packet; its octets are in the reader's buffer.</summary>
internal readonly record struct PacketHead(long? Time, int LinkType, int Interface, PacketDirection Direction, int Captured, int WireLength);
