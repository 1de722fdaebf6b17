using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ReuseAddrDashboard.Web.Shell;

/// <summary>What a person has settled for this browser; an address may say otherwise for one visit (<c>?predict=off</c>).</summary>
public sealed class PageSettings(IJSRuntime js, NavigationManager navigation)
{
    private bool? _predict, _letters;

    /// <summary>Whether the page asks for a prediction before the deciding step.</summary>
    public bool Predict => Asked("predict") ?? _predict ?? true;

    /// <summary>Whether single letters are shortcuts (WCAG 2.1.4).</summary>
    public bool Letters => Asked("keys") ?? _letters ?? true;

    /// <summary>Reads what was settled before.</summary>
    public async Task Read()
    {
        _predict = IsOn(await js.InvokeAsync<string?>("labSettings.read", "predict"));
        _letters = IsOn(await js.InvokeAsync<string?>("labSettings.read", "keys"));
    }

    /// <summary>Settles whether the page asks for predictions.</summary>
    public async Task SetPredict(bool on)
    {
        _predict = on;
        await Keep("predict", on);
    }

    /// <summary>Settles whether single letters are shortcuts.</summary>
    public async Task SetLetters(bool on)
    {
        _letters = on;
        await Keep("keys", on);
    }

    private async Task Keep(string name, bool on) => await js.InvokeVoidAsync("labSettings.write", name, on ? "on" : "off");

    private bool? Asked(string name)
    {
        foreach (string part in new Uri(navigation.Uri).Query.TrimStart('?').Split('&'))
        {
            if (part.StartsWith(name + "=", StringComparison.Ordinal))
                return IsOn(part[(name.Length + 1)..]);
        }
        return null;
    }

    private static bool? IsOn(string? text) => text switch { "on" => true, "off" => false, _ => null };
}
