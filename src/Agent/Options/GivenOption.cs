using System.CommandLine;
using System.CommandLine.Parsing;

namespace ReuseAddrDashboard.Agent.Options;

/// <summary>An option with one value, read by the rule of its own, and what to say where that does not fit.</summary>
/// <typeparam name="T">What it becomes.</typeparam>
internal sealed class GivenOption<T>
{
    private const int MaxShown = 60;

    private readonly string _takes;
    private readonly TryRead _read;

    /// <param name="name">With its dashes.</param>
    /// <param name="takes">What it takes, beginning with the verb.</param>
    /// <param name="read">Reads a value.</param>
    public GivenOption(string name, string takes, TryRead read)
    {
        (_takes, _read) = (takes, read);
        // None and several are let in, so that each fault is told here, in the same words for all.
        Option = new(name) { Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };
    }

    /// <summary>Reads a value; false where it is none.</summary>
    public delegate bool TryRead(string value, out T? read);

    public Option<string[]> Option { get; }

    public bool IsGiven(ParseResult line) => line.GetResult(Option) is not null;

    /// <summary>Its value; where it has none, or not one, the default and a fault.</summary>
    public T? Read(ParseResult line, ICollection<string> faults)
    {
        if (line.GetResult(Option) is not { } result)
            return default;
        if (result.IdentifierTokenCount > 1)
            faults.Add($"{Option.Name} is given twice.");
        else if (result.Tokens is not [var given] || given.Value.StartsWith("--", StringComparison.Ordinal))
            faults.Add($"{Option.Name} has no value: it {_takes}.");
        else if (_read(given.Value, out T? value))
            return value;
        else
            faults.Add($"{Option.Name} {_takes}, not \"{(given.Value.Length <= MaxShown ? given.Value : given.Value[..MaxShown] + "...")}\".");
        return default;
    }

    /// <summary>A fault where it is not given.</summary>
    public void Need(ParseResult line, ICollection<string> faults)
    {
        if (!IsGiven(line))
            faults.Add($"{Option.Name} is missing: it {_takes}.");
    }
}
