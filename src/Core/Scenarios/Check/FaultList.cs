using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>Collects faults: the first <see cref="Most"/>, and a word about the rest.</summary>
public sealed class FaultList
{
    /// <summary>Faults that are told; a file with more has one cause or none.</summary>
    public const int Most = 50;

    private readonly List<ScenarioFault> _faults = [];
    private int _more;

    /// <summary>The faults in the order in which they were found.</summary>
    public IReadOnlyList<ScenarioFault> All => _more == 0 ? _faults : [.. _faults, new("", Message.Of(FaultCodes.MoreFaults, ("count", _more)))];

    /// <summary>True where one of them is no warning.</summary>
    public bool HasErrors => _faults.Any(f => !f.Warning);

    /// <summary>One more; beyond <see cref="Most"/> it is only counted.</summary>
    public void Add(ScenarioFault fault)
    {
        if (_faults.Count < Most)
            _faults.Add(fault);
        else
            _more++;
    }

    /// <param name="field">The field's path.</param>
    /// <param name="code">One of <see cref="FaultCodes"/>.</param>
    /// <param name="args">What the sentence names.</param>
    public void Add(string field, string code, params ReadOnlySpan<(string Name, object? Value)> args) => Add(new ScenarioFault(field, Message.Of(code, args)));

    /// <summary>What keeps nobody from using the scenario.</summary>
    /// <param name="field">The field's path.</param>
    /// <param name="code">One of <see cref="FaultCodes"/>.</param>
    /// <param name="args">What the sentence names.</param>
    public void Warn(string field, string code, params ReadOnlySpan<(string Name, object? Value)> args) =>
        Add(new ScenarioFault(field, Message.Of(code, args)) { Warning = true });

    /// <summary>A word that is none of those allowed, with the one that was probably meant.</summary>
    public void Unknown(string field, string code, string word, IEnumerable<string> allowed)
    {
        string[] all = [.. allowed];
        string listed = all.Length == 0 ? "–" : string.Join(", ", all);
        Add(
            new ScenarioFault(field, Message.Of(code, ("name", Shown(word)), ("allowed", listed)))
            {
                Hint = Spelling.Nearest(word, all) is { } nearest ? Message.Of(FaultCodes.DidYouMean, ("name", nearest)) : null,
            }
        );
    }

    /// <summary>Too few or too many of something.</summary>
    public void Count(string field, int given, int least, int most)
    {
        if (given < least)
            Add(field, FaultCodes.TooFew, ("least", least), ("given", given));
        else if (given > most)
            Add(field, FaultCodes.TooMany, ("most", most), ("given", given));
    }

    /// <summary>What somebody wrote, cut to what fits into a sentence.</summary>
    public static string Shown(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
