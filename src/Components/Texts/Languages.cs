using System.Globalization;
using Microsoft.AspNetCore.Components.WebAssembly.Services;
using Microsoft.JSInterop;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Texts;

/// <summary>
/// The languages of the page, and which of them this browser reads: <c>?lang=</c>, else what was chosen here before, else the first of the browser's own that
/// there is.
/// </summary>
public static class Languages
{
    /// <summary>In the order of the menu.</summary>
    public static IReadOnlyList<string> All => TextCatalog.Languages;

    /// <summary>A language's name in itself.</summary>
    public static string NameOf(string language) => language == "ja" ? "日本語" : "English";

    /// <summary>Fetches the sentences that this browser's language needs beside the English.</summary>
    public static async Task Load(IJSRuntime js, LazyAssemblyLoader loader)
    {
        if (Read(js) != TextCatalog.English.Language)
            await loader.LoadAssembliesAsync([TextCatalog.JapaneseAssembly + ".wasm"]);
    }

    /// <summary>The texts in this browser's language, once they are loaded.</summary>
    public static PageTexts Texts(IJSRuntime js)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return new(TextCatalog.For(Read(js)));
    }

    /// <summary>Asks js/theme.js, which tells the document.</summary>
    private static string Read(IJSRuntime js) => js is IJSInProcessRuntime here ? here.Invoke<string>("labLanguage.read") : TextCatalog.English.Language;
}
