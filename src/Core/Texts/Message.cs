using System.Globalization;
using System.Text.Json.Serialization;

namespace ReuseAddrDashboard.Core.Texts;

/// <summary>
/// What a person is to be told, as a code with arguments. The sentence is made where somebody reads it, in that person's language (<see cref="TextCatalog"/>);
/// nothing reads facts back out of a sentence.
/// </summary>
/// <param name="Code">A stable name in the catalogue, <c>note.agent-lost</c>: at most <see cref="MaxCode"/> of a-z, 0-9, hyphen and dot.</param>
public sealed record Message(string Code)
{
    /// <summary>Most characters of a code, arguments, and characters of an argument.</summary>
    public const int MaxCode = 64,
        MaxArguments = 12,
        MaxArgument = 1024;

    /// <summary>The code of a text that is none of ours: the kernel's, a program's, an earlier version's. Its one argument is <c>text</c>.</summary>
    public const string Verbatim = "text";

    /// <summary>
    /// The argument that holds the sentence itself, as an earlier version wrote it beside the code: then it is shown, for what it names stands nowhere else.
    /// </summary>
    public const string Said = "said";

    /// <summary>What the sentence names, by the name of its place in the catalogue; numbers in the invariant culture, durations in nanoseconds.</summary>
    public IReadOnlyDictionary<string, string> Args
    {
        get => field ?? Empty;
        init;
    }

    private static readonly Dictionary<string, string> Empty = [];

    /// <summary>The argument that has a text in another language than English: <c>step@ja</c> beside <c>step</c>.</summary>
    public static string InLanguage(string name, string language) => $"{name}@{language}";

    /// <summary>
    /// A code with arguments, in the invariant culture and cut to <see cref="MaxArgument"/> characters; a text of several languages in each that the catalogues
    /// have.
    /// </summary>
    public static Message Of(string code, params ReadOnlySpan<(string Name, object? Value)> args)
    {
        if (args.Length == 0)
            return new(code);
        var all = new Dictionary<string, string>(args.Length);
        foreach ((string name, object? value) in args)
        {
            all[name] = Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            foreach (
                (string language, string text) in value is ILocalText local
                    ? local.ByLanguage.Where(t => t.Key != TextCatalog.Languages[0] && TextCatalog.Languages.Contains(t.Key))
                    : []
            )
            {
                all[InLanguage(name, language)] = Cut(text);
            }
        }
        return new(code) { Args = all };
    }

    private static string Cut(string text) => text.Length <= MaxArgument ? text : text[..MaxArgument];

    /// <summary>An argument; empty where there is none.</summary>
    public string this[string name] => Args.GetValueOrDefault(name, "");

    /// <summary>True for one that the edge lets in: everything within its bounds.</summary>
    [JsonIgnore]
    public bool IsBounded =>
        Code is { Length: > 0 and <= MaxCode }
        && Code.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '.')
        && Args is { Count: <= MaxArguments }
        && Args.All(a => a.Key.Length is > 0 and <= MaxCode && a.Value is { Length: <= MaxArgument });

    /// <summary>By content, as everything else of an event.</summary>
    public bool Equals(Message? other) =>
        other is not null
        && Code == other.Code
        && Args.Count == other.Args.Count
        && Args.All(a => other.Args.TryGetValue(a.Key, out string? value) && value == a.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Code, Args.Count);

    /// <summary>Code and arguments, for logs of tests; what people read is made by <see cref="TextCatalog"/>.</summary>
    public override string ToString() => Args.Count == 0 ? Code : $"{Code} ({string.Join(", ", Args.Select(a => $"{a.Key}: {a.Value}"))})";
}
