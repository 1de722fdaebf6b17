using Microsoft.JSInterop;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>
/// What a person has settled for this browser; an address may say otherwise for one visit (<c>?predict=off</c>, js/theme.js), until a hand settles it anew.
/// </summary>
public sealed class PageSettings(IJSRuntime js)
{
    /// <summary>Whether the page asks for a prediction before the deciding step.</summary>
    public bool Predict { get; private set; } = true;

    /// <summary>Whether single keys are shortcuts (WCAG 2.1.4).</summary>
    public bool SingleKeys { get; private set; } = true;

    /// <summary>A hand settled something anew.</summary>
    public event Action? Changed;

    /// <summary>Reads what was settled before.</summary>
    public async Task Read()
    {
        Predict = await js.InvokeAsync<string?>("labSettings.read", "predict") != "off";
        SingleKeys = await js.InvokeAsync<string?>("labSettings.read", "keys") != "off";
    }

    /// <summary>Settles whether the page asks for predictions.</summary>
    public Task SetPredict(bool on)
    {
        Predict = on;
        return Keep("predict", on);
    }

    /// <summary>Settles whether single keys are shortcuts.</summary>
    public Task SetSingleKeys(bool on)
    {
        SingleKeys = on;
        return Keep("keys", on);
    }

    private async Task Keep(string name, bool on)
    {
        Changed?.Invoke();
        await js.InvokeVoidAsync("labSettings.write", name, on ? "on" : "off");
    }
}
