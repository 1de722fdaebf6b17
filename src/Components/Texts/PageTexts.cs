using System.Globalization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Texts;

/// <summary>Every text of the page in the language that this browser reads: by its code, of a message, or of a scenario.</summary>
public sealed class PageTexts(TextCatalog catalog)
{
    /// <summary>The page in English.</summary>
    public PageTexts()
        : this(TextCatalog.English) { }

    /// <summary>The catalogue behind it.</summary>
    public TextCatalog Catalog => catalog;

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public string Language => catalog.Language;

    /// <summary>The sentence of a code that has no place in it.</summary>
    public string this[string code] => catalog[code];

    /// <summary>The sentence of a code with what stands in its places.</summary>
    public string this[string code, params ReadOnlySpan<(string Name, object? Value)> args] => catalog[Message.Of(code, args)];

    /// <summary>The sentence of a message.</summary>
    public string this[Message message] => catalog[message];

    /// <summary>A scenario's own text.</summary>
    public string this[LocalText text] => text.In(Language);

    /// <summary>Sentences one after the other.</summary>
    public string Join(IEnumerable<Message> sentences) => catalog.Join(sentences);

    /// <summary>A number that may be large, in a sentence: <c>12,400</c>.</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Whether a code has a sentence.</summary>
    public bool Has(string code) => catalog.Has(code);

    /// <summary>A topic's name; a trainer's own file may have one of its own.</summary>
    public string Topic(string topic) => catalog.Has("topic." + topic) ? catalog["topic." + topic] : topic;
}
