namespace ReuseAddrDashboard.Server.Options;

/// <summary>One setting, by whichever way it is given.</summary>
/// <param name="Option">On the command line, without its dashes.</param>
/// <param name="Key">In appsettings.json and any other source of configuration.</param>
/// <param name="Argument">What stands behind the option in the help.</param>
/// <param name="Default">What holds where nobody gives it; null where that depends on the machine.</param>
/// <param name="Takes">Which values there are.</param>
/// <param name="Help">What it does; further lines are values and what they do.</param>
/// <param name="Faults">What is wrong with a value, each a whole sentence; the first parameter is the name by which it was given.</param>
internal sealed record Setting(
    string Option,
    string Key,
    string Argument,
    string? Default,
    string Takes,
    string Help,
    Func<string, string, IEnumerable<string>> Faults
)
{
    public const string EnvironmentPrefix = "REUSEADDR_";

    /// <summary>Given more than once, the values together count; of others the last one does.</summary>
    public char? Joint { get; init; }

    /// <summary>Given without a value it is as if it were not given.</summary>
    public bool MayBeEmpty => Default is not { Length: > 0 };

    /// <summary>In the environment. The key does as well, with two underscores for each colon.</summary>
    public string Variable => EnvironmentPrefix + Option.ToUpperInvariant().Replace('-', '_');
}
