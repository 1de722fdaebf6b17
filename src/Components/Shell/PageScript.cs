using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>js/page.js: frames, sizes, keys and the countdown.</summary>
public sealed class PageScript(IJSRuntime js, NavigationManager navigation) : IAsyncDisposable
{
    private Task<IJSObjectReference>? _module,
        _picture,
        _capture;

    private Task<IJSObjectReference> Module => _module ??= Import("js/page.js");

    private Task<IJSObjectReference> Import(string script) =>
        js.InvokeAsync<IJSObjectReference>("import", navigation.ToAbsoluteUri(script).ToString()).AsTask();

    /// <summary>Has the keys of lists listened to, where a page asks for nothing else.</summary>
    public Task Load() => Module;

    /// <summary>Saves what the page shows of the diagram as <c>NAME.svg</c> or <c>NAME.png</c>.</summary>
    /// <param name="kind"><c>svg</c> or <c>png</c>.</param>
    /// <param name="name">The file's name without its end.</param>
    public async Task SavePicture(string kind, string name) => await (await (_picture ??= Import("js/picture.js"))).InvokeVoidAsync("save", kind, name);

    /// <summary>Copies what an address of this dashboard answers with into the clipboard.</summary>
    /// <returns>Null when it is done; else why not, in the dashboard's words, or nothing where the browser does not allow it.</returns>
    public async Task<string?> Copy(string address) => await (await Module).InvokeAsync<string?>("copy", address);

    /// <summary>Sends the file that is chosen in a box, or dropped on it, to the dashboard, and calls the listener's <c>Sent</c> and <c>Answered</c>.</summary>
    public async Task<IJSObjectReference> WatchFile<T>(ElementReference zone, DotNetObjectReference<T> listener)
        where T : class => await (await (_capture ??= Import("js/capture.js"))).InvokeAsync<IJSObjectReference>("watchFile", zone, listener);

    /// <summary>Waits for the next animation frame.</summary>
    public async Task NextFrame() => await (await Module).InvokeVoidAsync("nextFrame");

    /// <summary>Tells the countdowns within an element, which has <c>data-clock</c>, what time it is on their run's axis, in milliseconds.</summary>
    public async Task Sync(ElementReference clock, double now) => await (await Module).InvokeVoidAsync("sync", clock, now);

    /// <summary>Scrolls what is chosen in a box into its view, and nothing else.</summary>
    public async Task Reveal(ElementReference box) => await (await Module).InvokeVoidAsync("reveal", box);

    /// <summary>After each render: where the button that had the focus has gone, the next primary one gets it, and countdowns are set.</summary>
    public async Task Rendered() => await (await Module).InvokeVoidAsync("rendered");

    /// <summary>
    /// Calls the listener's <c>Resized</c> with the size of the picture's window in px and <c>Zoomed</c> with keys that zoom, and keeps the newest mark in view
    /// until a hand scrolls away.
    /// </summary>
    public async Task<IJSObjectReference> WatchDiagram<T>(ElementReference scroll, DotNetObjectReference<T> listener)
        where T : class => await (await Module).InvokeAsync<IJSObjectReference>("watchDiagram", scroll, listener);

    /// <summary>
    /// Calls the listener's <c>Dragged</c> with the place of a slider's handle, at most once in a frame, and <c>Pressed</c> with the keys that move it and
    /// whether Shift was held.
    /// </summary>
    public async Task<IJSObjectReference> WatchScrubber<T>(ElementReference line, DotNetObjectReference<T> listener)
        where T : class => await (await Module).InvokeAsync<IJSObjectReference>("watchScrubber", line, listener);

    /// <summary>Has a file that is dropped anywhere on the page be that of the file input within an element, and no file ever replace the page.</summary>
    public async Task<IJSObjectReference> WatchDrops(ElementReference box) => await (await Module).InvokeAsync<IJSObjectReference>("watchDrops", box);

    /// <summary>Calls the listener's <c>Pressed</c> with each of the keys that is pressed outside any field.</summary>
    /// <param name="listener">Who is told.</param>
    /// <param name="keys">As a regular expression.</param>
    public async Task<IJSObjectReference> ListenKeys<T>(DotNetObjectReference<T> listener, string keys)
        where T : class => await (await Module).InvokeAsync<IJSObjectReference>("listenKeys", listener, keys);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Task<IJSObjectReference>? module in (Task<IJSObjectReference>?[])[_module, _picture, _capture])
        {
            if (module is { IsCompletedSuccessfully: true } loaded)
                await loaded.Result.DisposeAsync();
        }
    }
}
