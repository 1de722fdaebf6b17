using Microsoft.JSInterop;
using ReuseAddrDashboard.Components.Shell;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Shell;

public sealed class PageListenerTests
{
    [Fact]
    public async Task It_ends_what_listens_when_its_component_goes()
    {
        var script = new Script();
        var listener = new PageListener();
        await listener.Begin(this, _ => Task.FromResult<IJSObjectReference>(script));
        await listener.Call("place", 3);
        await listener.DisposeAsync();
        await listener.Call("place", 4);
        Assert.Equal(["place 3", "dispose ", "away"], script.Calls);
    }

    [Fact]
    public async Task It_ends_what_begins_to_listen_after_its_component_has_gone()
    {
        var script = new Script();
        var come = new TaskCompletionSource();
        var listener = new PageListener();
        DotNetObjectReference<PageListenerTests>? given = null;
        Task begins = listener.Begin(
            this,
            async told =>
            {
                given = told;
                await come.Task;
                // Who is to be told is handed over once the script has come.
                Assert.Same(this, told.Value);
                return script;
            }
        );
        await listener.DisposeAsync();
        Assert.False(begins.IsCompleted);
        come.SetResult();
        await begins;
        Assert.False(listener.Listens);
        Assert.Equal(["dispose ", "away"], script.Calls);
        Assert.Throws<ObjectDisposedException>(() => given!.Value);
    }

    [Fact]
    public async Task What_fails_for_want_of_the_component_that_has_gone_is_no_error_and_any_other_is()
    {
        var come = new TaskCompletionSource<IJSObjectReference>();
        var listener = new PageListener();
        Task begins = listener.Begin(this, _ => come.Task);
        await listener.DisposeAsync();
        come.SetException(new JSException("scroll is null"));
        await begins;

        await Assert.ThrowsAsync<JSException>(() => new PageListener().Begin(this, _ => Task.FromException<IJSObjectReference>(new JSException("no script"))));
    }

    private sealed class Script : IJSObjectReference
    {
        public List<string> Calls { get; } = [];

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Calls.Add($"{identifier} {string.Join(' ', args ?? [])}");
            return default;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            Calls.Add("away");
            return default;
        }
    }
}
