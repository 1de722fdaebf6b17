using System.Globalization;
using Microsoft.Extensions.Localization;

namespace ReuseAddrDashboard.Web.Texts;

/// <summary>The page's texts. The key of a text is its English wording, so English needs no table; other languages look their wording up by it.</summary>
public sealed class TextCatalog : IStringLocalizer
{
    private readonly IReadOnlyDictionary<string, string> _words;

    public TextCatalog() : this(new Dictionary<string, string>()) { }

    /// <param name="words">English text to the text of another language; what is missing stays English.</param>
    public TextCatalog(IReadOnlyDictionary<string, string> words) => _words = words;

    public LocalizedString this[string name] => _words.TryGetValue(name, out string? text) ? new(name, text) : new(name, name, _words.Count > 0);

    public LocalizedString this[string name, params object[] arguments]
    {
        get
        {
            LocalizedString format = this[name];
            return new(name, string.Format(CultureInfo.InvariantCulture, format.Value, arguments), format.ResourceNotFound);
        }
    }

    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => _words.Select(w => new LocalizedString(w.Key, w.Value));
}
