using Microsoft.JSInterop;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>
/// What a script listens to for one component, and tells it: ends with the component, also where that goes before the script has come.
/// </summary>
public sealed class PageListener : IAsyncDisposable
{
    private IDisposable? _told;
    private IJSObjectReference? _script;
    private bool _begins,
        _gone;

    /// <summary>True from when it listens until it ends.</summary>
    public bool Listens => _script is not null;

    /// <summary>Begins to listen; once for each.</summary>
    /// <param name="component">Who is told.</param>
    /// <param name="begin">One of <see cref="PageScript"/>'s that listen or watch.</param>
    public async Task Begin<T>(T component, Func<DotNetObjectReference<T>, Task<IJSObjectReference>> begin)
        where T : class
    {
        DotNetObjectReference<T> told = DotNetObjectReference.Create(component);
        (_told, _begins) = (told, true);
        try
        {
            _script = await begin(told);
        }
        catch (JSException) when (_gone)
        {
            // What was to be listened to went with the component.
        }
        finally
        {
            _begins = false;
            if (_gone)
                await End();
        }
    }

    /// <summary>Calls a function of what listens; nothing happens where nothing does.</summary>
    public ValueTask Call(string function, params object?[] arguments) => _script?.InvokeVoidAsync(function, arguments) ?? default;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _gone = true;
        return _begins ? default : End();
    }

    private async ValueTask End()
    {
        try
        {
            if (_script is not { } script)
                return;
            _script = null;
            await script.InvokeVoidAsync("dispose");
            await script.DisposeAsync();
        }
        finally
        {
            _told?.Dispose();
        }
    }
}
