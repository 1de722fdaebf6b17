namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Places a file's packets on one axis: nanoseconds from its first packet, never back.</summary>
internal sealed class FileClock
{
    /// <summary>Between packets that have no time, so that they stay in their order.</summary>
    private const long Apart = 1_000_000;

    /// <summary>Longest time that is believed of a capture, ten years: a broken stamp may not push all others out of sight.</summary>
    private const long Longest = 10L * 366 * 86_400 * 1_000_000_000;

    /// <summary>The first packet's time since 1970; null while none had one.</summary>
    public long? Begin { get; private set; }

    /// <summary>The latest moment there was.</summary>
    public long Latest { get; private set; }

    /// <summary>Packets that had no time.</summary>
    public long WithoutTime { get; private set; }

    /// <summary>Packets whose time lies before an earlier one's: they stand where they are in the file.</summary>
    public long Backwards { get; private set; }

    /// <summary>A packet's moment.</summary>
    public long Place(long? time)
    {
        if (time is { } since && (Begin is not { } b || since - b is var x && x <= Longest && x >= -Longest))
        {
            Begin ??= since - Latest;
            long at = since - Begin.Value;
            if (at < Latest)
                Backwards++;
            return Latest = Math.Max(Latest, at);
        }
        WithoutTime++;
        return Latest += Apart;
    }
}
