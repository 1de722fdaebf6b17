using System.Globalization;
using Microsoft.JSInterop;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Web.Texts;

/// <summary>The languages of the page, and which of them this browser reads: <c>?lang=</c>, else what was chosen here before, else the first of the browser's own that there is.</summary>
public static class Languages
{
    /// <summary>In the order of the menu.</summary>
    public static IReadOnlyList<string> All => TextCatalog.Languages;

    /// <summary>A language's name in itself.</summary>
    public static string NameOf(string language) => language == "ja" ? "日本語" : "English";

    /// <summary>Asks js/theme.js, and tells the document.</summary>
    public static PageTexts Texts(IJSRuntime js)
    {
        string language = js is IJSInProcessRuntime here ? here.Invoke<string>("labLanguage.read") : TextCatalog.English.Language;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return new(TextCatalog.For(language));
    }
}
