using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Cuts one reading of a socket table into lines. read() gives at most 4096 octets, so a row may straddle two of them.
/// </summary>
internal sealed class TableScan(SocketDiffer differ)
{
    private readonly byte[] _carry = new byte[ProcNetTcp.MaxLineLength + 1];
    private int _carried;
    private bool _first,
        _oversized;

    /// <summary>A new reading begins.</summary>
    /// <param name="now">CLOCK_MONOTONIC.</param>
    public void Begin(long now)
    {
        (_carried, _first, _oversized) = (0, true, false);
        differ.BeginLook(now);
    }

    /// <summary>The next octets of the reading.</summary>
    /// <param name="octets">What read() gave.</param>
    /// <param name="before">CLOCK_MONOTONIC before that read(): what it shows held then or later.</param>
    /// <param name="after">CLOCK_MONOTONIC after it.</param>
    public void Feed(ReadOnlySpan<byte> octets, long before, long after)
    {
        while (!octets.IsEmpty)
        {
            int end = octets.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? octets : octets[..end];
            octets = end < 0 ? [] : octets[(end + 1)..];
            if (_carried == 0 && end >= 0 && !_oversized)
            {
                Line(part, before, after);
                continue;
            }
            Carry(part);
            if (end < 0)
                continue;
            if (_oversized)
                differ.Malformed();
            else
                Line(_carry.AsSpan(0, _carried), before, after);
            (_carried, _oversized, _first) = (0, false, false);
        }
    }

    /// <summary>The reading is over.</summary>
    /// <param name="now">CLOCK_MONOTONIC.</param>
    /// <param name="complete">False when a read() failed: then nothing is concluded from what was not seen.</param>
    public void End(long now, bool complete)
    {
        // The kernel ends each line, also the last.
        if (_carried > 0 || _oversized)
            differ.Malformed();
        differ.EndLook(now, complete);
    }

    private void Carry(ReadOnlySpan<byte> part)
    {
        _oversized |= part.Length > ProcNetTcp.MaxLineLength - _carried;
        if (_oversized)
            return;
        part.CopyTo(_carry.AsSpan(_carried));
        _carried += part.Length;
    }

    private void Line(ReadOnlySpan<byte> line, long before, long after)
    {
        bool first = _first;
        _first = false;
        if (first && ProcNetTcp.IsHeader(line))
            return;
        if (ProcNetTcp.TryReadPorts(line, out ushort local, out ushort remote) && !differ.Watches(local, remote))
            return;
        if (ProcNetTcp.TryParse(line, out SocketRow row))
            differ.Row(row, line, before, after);
        else
            differ.Malformed();
    }
}
