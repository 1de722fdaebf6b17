namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Reads a stream once, forward, in a buffer of a fixed size, and knows where it stands.</summary>
internal sealed class OctetFeed(Stream source)
{
    /// <summary>Most octets that can be asked for at once.</summary>
    public const int MostAtOnce = 1024;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _begin,
        _end;

    /// <summary>Octets from the stream's begin to what is taken next.</summary>
    public long Offset { get; private set; }

    /// <summary>The next octets, taken; empty where the stream ends before that many.</summary>
    /// <param name="count">1 to <see cref="MostAtOnce"/>.</param>
    /// <param name="octets">They stay as they are until the next call.</param>
    public bool TryTake(int count, out ReadOnlySpan<byte> octets)
    {
        if (!TryPeek(count, out octets))
            return false;
        _begin += count;
        Offset += count;
        return true;
    }

    /// <summary>The same without taking them.</summary>
    public bool TryPeek(int count, out ReadOnlySpan<byte> octets)
    {
        while (_end - _begin < count)
        {
            if (_begin > 0 && _buffer.Length - _begin < MostAtOnce)
            {
                _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
                (_begin, _end) = (0, _end - _begin);
            }
            int read = source.Read(_buffer, _end, _buffer.Length - _end);
            if (read <= 0)
            {
                octets = default;
                return false;
            }
            _end += read;
        }
        octets = _buffer.AsSpan(_begin, count);
        return true;
    }

    /// <summary>True where the stream has nothing more.</summary>
    public bool AtEnd => !TryPeek(1, out _);

    /// <summary>Passes over octets; false where the stream ends before that many.</summary>
    public bool TrySkip(long count)
    {
        while (count > 0)
        {
            if (_begin == _end)
            {
                (_begin, _end) = (0, source.Read(_buffer, 0, _buffer.Length));
                if (_end <= 0)
                {
                    _end = 0;
                    return false;
                }
            }
            int step = (int)Math.Min(count, _end - _begin);
            (_begin, Offset, count) = (_begin + step, Offset + step, count - step);
        }
        return true;
    }
}
