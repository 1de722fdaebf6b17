using System.Globalization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>or, and, not, comparison: the weakest first.</summary>
internal sealed class ConditionParser(string text)
{
    private const int MaxDepth = 20;

    private int _at,
        _depth;

    public Message? Fault { get; private set; }

    public ConditionTerm? Read()
    {
        if (text.Length > Limits.MaxCondition)
        {
            Fault = Message.Of("condition.too-long", ("most", Limits.MaxCondition));
            return null;
        }
        ConditionTerm? read = Or();
        Skip();
        if (Fault is null && _at < text.Length)
            Fail("condition.unexpected");
        return Fault is null ? read : null;
    }

    private ConditionTerm? Or()
    {
        ConditionTerm? left = And();
        while (left is not null && Word("or"))
            left = And() is { } right ? new Either(left, right) : null;
        return left;
    }

    private ConditionTerm? And()
    {
        ConditionTerm? left = Not();
        while (left is not null && Word("and"))
            left = Not() is { } right ? new Both(left, right) : null;
        return left;
    }

    private ConditionTerm? Not()
    {
        if (++_depth > MaxDepth)
        {
            Fail("condition.too-deep");
            return null;
        }
        try
        {
            if (Word("not"))
                return Not() is { } denied ? new Negation(denied) : null;
            Skip();
            if (_at < text.Length && text[_at] == '(')
            {
                _at++;
                ConditionTerm? inner = Or();
                if (Fault is null && !Sign(")"))
                    Fail("condition.parenthesis");
                return inner;
            }
            return Compared();
        }
        finally
        {
            _depth--;
        }
    }

    private ConditionTerm? Compared()
    {
        if (Operand() is not { } left)
            return null;
        foreach (string sign in (string[])["==", "!=", "<=", ">=", "<", ">"])
        {
            if (Sign(sign))
                return Operand() is { } right ? new Comparison(left, sign, right) : null;
        }
        return new Truth(left);
    }

    private Operand? Operand()
    {
        Skip();
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_' or '.' or '/' or '+'))
            _at++;
        if (_at == start)
        {
            Fail(_at >= text.Length ? "condition.ends" : "condition.unexpected");
            return null;
        }
        string word = text[start.._at];
        if (word is "and" or "or" or "not")
        {
            _at = start;
            Fail("condition.unexpected");
            return null;
        }
        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return new(null, null, Scalar.Of(number));
        if (word is "true" or "false")
            return new(null, null, Scalar.Of(word == "true"));
        return _at < text.Length && text[_at] == '(' ? Function(word, start) : new(word, null, null);
    }

    private Operand? Function(string name, int start)
    {
        _at++;
        var arguments = new List<string>();
        while (true)
        {
            Skip();
            if (_at < text.Length && text[_at] == ')')
            {
                _at++;
                break;
            }
            int begin = _at;
            while (_at < text.Length && text[_at] is not (',' or ')' or '('))
                _at++;
            if (_at >= text.Length || text[_at] == '(' || text[begin.._at].Trim() is not { Length: > 0 } argument)
            {
                Fail("condition.parenthesis");
                return null;
            }
            arguments.Add(argument);
            if (text[_at] == ',')
                _at++;
        }
        if (!ConditionFunctions.All.TryGetValue(name, out ConditionFunction? function))
        {
            Fault = Message.Of("condition.unknown-function", ("name", name), ("at", start + 1), ("known", string.Join(", ", ConditionFunctions.All.Keys)));
            return null;
        }
        int count = function.Arguments.Count;
        // Flags are written with commas.
        if (name == "segments" && arguments.Count > count)
            arguments = [arguments[0], string.Join(',', arguments.Skip(1))];
        if (arguments.Count != count)
        {
            Fault = Message.Of("condition.arguments", ("name", name), ("at", start + 1), ("count", count), ("given", arguments.Count));
            return null;
        }
        return new(name, arguments, null);
    }

    private bool Word(string word)
    {
        Skip();
        if (
            !text.AsSpan(_at).StartsWith(word)
            || _at + word.Length < text.Length && (char.IsAsciiLetterOrDigit(text[_at + word.Length]) || text[_at + word.Length] is '-' or '_' or '.')
        )
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    private bool Sign(string sign)
    {
        Skip();
        if (!text.AsSpan(_at).StartsWith(sign))
            return false;
        _at += sign.Length;
        return true;
    }

    private void Skip()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private void Fail(string code) => Fault ??= Message.Of(code, ("at", _at + 1), ("text", text));
}
