using CsCheck;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

public sealed class SegmentParserPropertyTests
{
    private static readonly Gen<TcpEndpoint> V4 = Gen.Select(Gen.UInt, Gen.UShort, TcpEndpoint.V4);

    private static readonly Gen<TcpEndpoint> V6 = Gen.Select(
        Gen.ULong,
        Gen.ULong,
        Gen.UShort,
        (high, low, port) => TcpEndpoint.V6(new UInt128(high, low), port)
    );

    // Either the options of a SYN or, with timestamps, at most three SACK blocks: more than 40 octets have no room.
    private static readonly Gen<TcpSegment> Segment =
        from ends in Gen.OneOf(Gen.Select(V4, V4), Gen.Select(V6, V6))
        from numbers in Gen.Select(Gen.UInt, Gen.UInt, Gen.UShort, Gen.Byte)
        from length in Gen.Int[0, 2000]
        from has in Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool)
        from values in Gen.Select(Gen.UShort, Gen.Byte, Gen.UInt, Gen.UInt)
        from blocks in Gen.Select(Gen.UInt, Gen.UInt, (left, right) => new SackBlock(left, right)).Array[0, 3]
        let open = has.Item1
        select new TcpSegment
        {
            Source = ends.Item1,
            Destination = ends.Item2,
            Seq = numbers.Item1,
            Ack = numbers.Item2,
            Window = numbers.Item3,
            Flags = (TcpFlags)numbers.Item4,
            Length = length,
            Mss = open && has.Item2 ? values.Item1 : null,
            WindowScale = open && has.Item3 ? values.Item2 : null,
            SackPermitted = open,
            TsVal = has.Item4 ? values.Item3 : null,
            TsEcr = has.Item4 ? values.Item4 : null,
            Sack = open ? default : new SackBlocks(blocks),
        };

    private static readonly Gen<FrameKind> Kind = Gen.Int[0, 2].Select(i => new[] { FrameKind.Ethernet, FrameKind.LinuxSll, FrameKind.RawIp }[i]);

    private static readonly Gen<(byte, int)[]> Extensions = Gen.Select(
        Gen.Int[0, 3].Select(i => new byte[] { 0, 43, 60, 44 }[i]),
        Gen.Int[1, 4],
        (kind, n) => (kind, kind == 44 ? 8 : 8 * n)
    ).Array[0, SegmentParser.MaxExtensions];

    [Fact]
    public void What_is_written_by_the_RFCs_is_read_as_it_was() =>
        Gen.Select(Segment, Kind, Gen.Bool, Extensions, Gen.Int[0, 40])
            .Sample(
                (segment, kind, vlan, extensions, padding) =>
                {
                    byte[] frame = Frames.Write(segment, kind, vlan, extensions, padding);
                    return SegmentParser.TryParse(frame, kind, out TcpSegment read) && read == segment;
                }
            );

    [Fact]
    public void Headers_that_were_captured_are_enough() =>
        Gen.Select(Segment, Kind, Gen.Int[0, 2000])
            .Sample(
                (segment, kind, cut) =>
                {
                    byte[] frame = Frames.Write(segment, kind);
                    cut = Math.Min(cut, segment.Length);
                    return SegmentParser.TryParse(frame.AsSpan(0, frame.Length - cut), frame.Length, kind, out TcpSegment read)
                        && read == segment
                        && !SegmentParser.TryParse(frame.AsSpan(0, frame.Length - segment.Length - 1), frame.Length, kind, out _);
                }
            );

    [Fact]
    public void No_mutation_throws_or_reads_outside() =>
        Gen.Select(Segment, Kind, Extensions, Gen.Int[0, 4000], Gen.Byte, Gen.Int[0, 3])
            .Sample(
                (segment, kind, extensions, at, octet, how) =>
                {
                    byte[] frame = Frames.Write(segment with { Length = segment.Length % 64 }, kind, vlan: how == 3, extensions);
                    at %= frame.Length;
                    byte[] mutated = how switch
                    {
                        0 => [.. frame[..at], octet, .. frame[(at + 1)..]],
                        1 => [.. frame[..at], octet, .. frame[at..]],
                        2 => frame[..at],
                        _ => [.. frame[at..], .. frame[..at]],
                    };
                    bool whole = SegmentParser.TryParse(mutated, kind, out TcpSegment read);
                    // Octets behind what was captured are never looked at.
                    byte[] longer = [.. mutated, octet, octet, octet];
                    return whole == SegmentParser.TryParse(longer.AsSpan(0, mutated.Length), kind, out TcpSegment again)
                        && read == again
                        && (!whole || read.Length >= 0 && read.Length <= mutated.Length);
                },
                iter: 20_000
            );

    [Fact]
    public void No_octets_throw() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 70_000], Kind)
            .Sample(
                (octets, more, kind) =>
                {
                    _ = SegmentParser.TryParse(octets, octets.Length + more, kind, out _);
                    return true;
                }
            );
}
