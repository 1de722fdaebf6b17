using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using MudBlazor;

namespace ReuseAddrDashboard.Components.Texts;

/// <summary>The few words that MudBlazor says by itself, in the page's language: its own choice goes by the browser's.</summary>
internal sealed class MudTexts(PageTexts texts, ILoggerFactory logs) : DefaultLocalizationInterceptor(logs, null)
{
    private static readonly Dictionary<string, string> Codes = new()
    {
        ["MudAlert_Close"] = "page.banner.dismiss",
        ["MudSnackbar_Close"] = "page.banner.dismiss",
        ["MudInput_Clear"] = "page.input.clear",
        ["MudDialog_Close"] = "page.hosts.close",
    };

    /// <inheritdoc/>
    public override LocalizedString Handle(string key, params object[] arguments) =>
        Codes.TryGetValue(key, out string? code) ? new(key, texts[code]) : base.Handle(key, arguments);
}
