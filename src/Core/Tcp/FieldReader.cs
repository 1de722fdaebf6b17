namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// Takes the fields of a /proc line one after the other. A field is preceded by any blanks and ended by the given mark or, for a blank, also by the end of the
/// line.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> line)
{
    private readonly ReadOnlySpan<byte> _line = line[..(line.LastIndexOfAnyExcept((byte)' ', (byte)'\n') + 1)];
    private int _at;

    /// <summary>Where the next field's first octet is, blanks skipped.</summary>
    public int Position
    {
        get
        {
            while (_at < _line.Length && _line[_at] == ' ')
                _at++;
            return _at;
        }
    }

    public bool AtEnd => Position == _line.Length;

    /// <summary>Octets until the mark; -1 when it does not come.</summary>
    public int TokenLength(char mark) => _line[Position..].IndexOf((byte)mark);

    /// <summary>A decimal number of at most 20 digits.</summary>
    public bool Number(char mark, out ulong value)
    {
        value = 0;
        int start = Position;
        for (; _at < _line.Length && _line[_at] is >= (byte)'0' and <= (byte)'9'; _at++)
        {
            uint digit = (uint)(_line[_at] - '0');
            // 19 digits always fit.
            if (_at - start >= 19 && (_at - start >= 20 || value > (ulong.MaxValue - digit) / 10))
                return false;
            value = value * 10 + digit;
        }
        return _at > start && Ended(mark);
    }

    /// <summary>A decimal number that may be negative, as %d prints it.</summary>
    public bool Signed(out int value)
    {
        value = 0;
        bool negative = Position < _line.Length && _line[_at] == '-';
        if (negative)
            _at++;
        if (
            negative && AtEnd
            || _at < _line.Length && _line[_at] == ' '
            || !Number(' ', out ulong digits)
            || digits > (negative ? 0x8000_0000ul : int.MaxValue)
        )
        {
            return false;
        }

        value = (int)(negative ? -(long)digits : (long)digits);
        return true;
    }

    /// <summary>Exactly so many hexadecimal digits.</summary>
    public bool Hex(int digits, char mark, out ulong value)
    {
        _ = Position;
        return HexDigits(digits, out value) && Ended(mark);
    }

    /// <summary>At least so many and at most 16 hexadecimal digits (%08lX), then a blank.</summary>
    public bool LongHex(int least, out ulong value)
    {
        int start = Position,
            end = start;
        while (end < _line.Length && end - start <= 16 && _line[end] != ' ')
            end++;
        value = 0;
        return end - start >= least && end - start <= 16 && HexDigits(end - start, out value) && Ended(' ');
    }

    /// <summary>A pointer as %pK prints it: 8 or 16 digits, or words in brackets or with an E while the kernel cannot hash.</summary>
    public bool Pointer(out ulong value)
    {
        ReadOnlySpan<byte> rest = _line[Position..];
        int length = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> token = length < 0 ? rest : rest[..length];
        value = 0;
        if (token.SequenceEqual("(____ptrval____)"u8) || token.SequenceEqual("pK-error"u8))
        {
            _at += token.Length;
            return true;
        }
        return token.Length is 8 or 16 && HexDigits(token.Length, out value);
    }

    public bool HexDigits(int digits, out ulong value)
    {
        value = 0;
        if (_line.Length - _at < digits)
            return false;
        for (int end = _at + digits; _at < end; _at++)
        {
            int c = _line[_at],
                lower = c | 0x20;
            int digit =
                c is >= '0' and <= '9' ? c - '0'
                : lower is >= 'a' and <= 'f' ? lower - 'a' + 10
                : -1;
            if (digit < 0)
                return false;
            value = value << 4 | (uint)digit;
        }
        return true;
    }

    public bool Skip(char mark)
    {
        if (_at >= _line.Length || _line[_at] != mark)
            return false;
        _at++;
        return true;
    }

    private bool Ended(char mark) => mark == ' ' && _at == _line.Length || Skip(mark);
}
