namespace ReuseAddrDashboard.Core.Captures;

/// <summary>How an interface of a capture counts time.</summary>
/// <param name="Resolution">if_tsresol: bit 7 clear, units of 10^-n s; set, of 2^-n s. 6 where the file does not say.</param>
/// <param name="OffsetSeconds">if_tsoffset: seconds that are added.</param>
internal readonly record struct CaptureTime(byte Resolution, long OffsetSeconds)
{
    public static readonly CaptureTime Microseconds = new(6, 0),
        Nanoseconds = new(9, 0);

    private const long PerSecond = 1_000_000_000;

    /// <summary>Nanoseconds since 1970; null for a time before, or after 2262.</summary>
    public long? ToNanoseconds(ulong units)
    {
        int n = Resolution & 0x7f;
        UInt128 ns =
            (Resolution & 0x80) != 0
                ? n >= 128
                    ? 0
                    : (UInt128)units * PerSecond >> n
                : n <= 9
                    ? (UInt128)units * Power(9 - n)
                    : n - 9 > 20
                        ? 0
                        : units / Power(n - 9);
        if (ns > long.MaxValue)
            return null;
        Int128 all = (Int128)ns + (Int128)OffsetSeconds * PerSecond;
        return all >= 0 && all <= long.MaxValue ? (long)all : null;
    }

    private static UInt128 Power(int n)
    {
        UInt128 power = 1;
        while (n-- > 0)
            power *= 10;
        return power;
    }
}
