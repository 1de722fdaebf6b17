using Microsoft.AspNetCore.Components;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>A component that renders only when what it shows changed.</summary>
public abstract class RendersOnChange : ComponentBase
{
    private object? _shown;
    private bool _again = true;

    /// <summary>What it shows, comparable by value: a tuple of its parameters, or of the parts of them that it draws.</summary>
    protected abstract object Shows { get; }

    /// <inheritdoc/>
    protected override bool ShouldRender()
    {
        object now = Shows;
        bool render = _again || !now.Equals(_shown);
        _shown = now;
        _again = false;
        return render;
    }

    /// <summary>Renders once more for a change of its own (a row opened, a field edited).</summary>
    protected void Again()
    {
        _again = true;
        StateHasChanged();
    }
}
