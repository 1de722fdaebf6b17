using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace ReuseAddrDashboard.Core.Texts;

/// <summary>
/// The sentences of one language by code. A place in a sentence is <c>{name}</c>, an argument as it is, or <c>{name:span}</c>, nanoseconds as a duration,
/// <c>{name:moment}</c>, nanoseconds as a moment on the run's axis,
/// <c>{name:s}</c>, nanoseconds as whole seconds, <c>{name:text}</c>, the sentence of a code without arguments, <c>{name:word}</c>, what the code
/// <c>word.VALUE</c> calls a value, where there is one.
/// An argument that is a text in several languages stands beside itself as <c>NAME@LANGUAGE</c>.
/// The files are <c>Texts/LANGUAGE/AREA.json</c>: the English in this assembly, the Japanese in <see cref="JapaneseAssembly"/>.
/// </summary>
public sealed class TextCatalog
{
    /// <summary>The assembly of the Japanese sentences.</summary>
    public const string JapaneseAssembly = "ReuseAddrDashboard.Japanese";

    // Only who reads Japanese needs it: an agent never does.
    private static readonly Lazy<TextCatalog> Ja = new(() => Load("ja"));

    private readonly IReadOnlyDictionary<string, string> _sentences;

    private TextCatalog(string language, IReadOnlyDictionary<string, string> sentences) => (Language, _sentences) = (language, sentences);

    /// <summary>The languages that have every code, by their ISO 639-1 names; the first one is for everybody whose own is not among them.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "ja"];

    /// <summary>The English sentences.</summary>
    public static TextCatalog English { get; } = Load("en");

    /// <summary>The Japanese sentences.</summary>
    public static TextCatalog Japanese => Ja.Value;

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public string Language { get; }

    /// <summary>The codes that have a sentence.</summary>
    public IEnumerable<string> Codes => _sentences.Keys;

    /// <summary>The sentences of a language tag, <c>ja</c> or <c>ja-JP</c>; English for a language that has none.</summary>
    public static TextCatalog For(string? language) => language is not null && Primary(language) == "ja" ? Japanese : English;

    /// <summary>Whether there are sentences for a language tag.</summary>
    public static bool Speaks(string language) => Languages.Contains(Primary(language));

    /// <summary>Whether a code has a sentence.</summary>
    public bool Has(string code) => _sentences.ContainsKey(code);

    /// <summary>A code's sentence with its places unfilled; null for a code that has none.</summary>
    public string? Sentence(string code) => _sentences.GetValueOrDefault(code);

    /// <summary>The sentence; for a code of a newer version, the code and its arguments.</summary>
    public string this[Message message] =>
        message.Args.TryGetValue(Message.Said, out string? said) ? said
        : _sentences.TryGetValue(message.Code, out string? sentence) ? Fill(sentence, message)
        : message.ToString();

    /// <summary>Sentences one after the other.</summary>
    public string Join(IEnumerable<Message> sentences) => string.Join(Language == "ja" ? "" : " ", sentences.Select(m => this[m]));

    /// <summary>The sentence of a code without arguments.</summary>
    public string this[string code] => this[new Message(code)];

    /// <summary>Reads every file of a language, <c>Texts/LANGUAGE/AREA.json</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no file of that language, or two have the same code.</exception>
    public static TextCatalog Load(string language)
    {
        Assembly assembly = language == "ja" ? Assembly.Load(JapaneseAssembly) : Assembly.GetExecutingAssembly();
        var sentences = new Dictionary<string, string>();
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith($"Texts.{language}.", StringComparison.Ordinal)))
        {
            using JsonDocument json = JsonDocument.Parse(assembly.GetManifestResourceStream(name)!);
            foreach (JsonProperty text in json.RootElement.EnumerateObject())
            {
                if (!sentences.TryAdd(text.Name, text.Value.GetString()!))
                    throw new InvalidOperationException($"The code {text.Name} stands twice in the texts of {language}.");
            }
        }
        return sentences.Count > 0 ? new(language, sentences) : throw new InvalidOperationException($"There is no catalogue of texts for {language}.");
    }

    private static string Primary(string language) => language.Split('-')[0].ToLowerInvariant();

    private string Fill(string sentence, Message message)
    {
        var text = new StringBuilder(sentence.Length + 40);
        for (int at = 0; at < sentence.Length; )
        {
            int open = sentence.IndexOf('{', at),
                close = open < 0 ? -1 : sentence.IndexOf('}', open);
            if (close < 0)
            {
                text.Append(sentence, at, sentence.Length - at);
                break;
            }
            text.Append(sentence, at, open - at);
            string[] place = sentence[(open + 1)..close].Split(':');
            text.Append(Shown(message.Args.GetValueOrDefault(Message.InLanguage(place[0], Language), message[place[0]]), place.Length > 1 ? place[1] : ""));
            at = close + 1;
        }
        return text.ToString();
    }

    private string Shown(string value, string format)
    {
        if (format == "text")
            return this[value];
        if (format == "word")
            return _sentences.GetValueOrDefault($"word.{value}", value);
        if (format.Length == 0 || !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ns))
            return value;
        return format switch
        {
            "s" => Durations.Seconds(ns),
            "moment" => Durations.Moment(ns, Language),
            _ => Durations.Span(ns, Language),
        };
    }
}
