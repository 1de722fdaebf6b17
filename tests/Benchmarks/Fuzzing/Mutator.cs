namespace ReuseAddrDashboard.Benchmarks.Fuzzing;

/// <summary>Changes good inputs a little or a lot. The same seed gives the same inputs.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] Telling =
    [
        0,
        1,
        2,
        4,
        5,
        6,
        0x0f,
        0x10,
        0x20,
        0x3a,
        0x40,
        0x45,
        0x4f,
        0x60,
        0x6f,
        0x7f,
        0x80,
        0xff,
        (byte)' ',
        (byte)'"',
        (byte)'{',
        (byte)'-',
        (byte)'9',
    ];

    private readonly Random _random = new(seed);

    /// <summary>Writes a mutation of one of the samples; how many octets it has.</summary>
    public int Next(IReadOnlyList<byte[]> samples, Span<byte> into)
    {
        byte[] sample = samples[_random.Next(samples.Count)];
        int length = Math.Min(sample.Length, into.Length);
        sample.AsSpan(0, length).CopyTo(into);
        for (int changes = 1 + _random.Next(4); changes > 0; changes--)
            length = Change(into, length, samples);
        return length;
    }

    private int Change(Span<byte> octets, int length, IReadOnlyList<byte[]> samples)
    {
        int at = length == 0 ? 0 : _random.Next(length);
        switch (_random.Next(8))
        {
            case 0 when length > 0: // a bit
                octets[at] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1 when length > 0:
                octets[at] = (byte)_random.Next(256);
                return length;
            case 2 when length > 0:
                octets[at] = Telling[_random.Next(Telling.Length)];
                return length;
            case 3: // cut off
                return at;
            case 4 when length < octets.Length: // put in
                octets[at..length].CopyTo(octets[(at + 1)..]);
                octets[at] = Telling[_random.Next(Telling.Length)];
                return length + 1;
            case 5 when length > 0: // take out
                int gone = Math.Min(length - at, 1 + _random.Next(8));
                octets[(at + gone)..length].CopyTo(octets[at..]);
                return length - gone;
            case 6: // the end of another
                byte[] other = samples[_random.Next(samples.Count)];
                ReadOnlySpan<byte> tail = other.AsSpan(_random.Next(other.Length + 1));
                tail = tail[..Math.Min(tail.Length, octets.Length - at)];
                tail.CopyTo(octets[at..]);
                return at + tail.Length;
            case 7: // noise at the end
                int more = _random.Next(Math.Min(64, octets.Length - length) + 1);
                _random.NextBytes(octets.Slice(length, more));
                return length + more;
            default:
                return length;
        }
    }
}
