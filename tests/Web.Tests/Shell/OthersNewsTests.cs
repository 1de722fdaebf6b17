using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Shell;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Shell;

/// <summary>Whatever page a person is on, runs that others begin and put away are told of; one's own are not.</summary>
public sealed class OthersNewsTests : PageTest
{
    private static readonly RunScript Script = new();

    private IEnumerable<string?> Told => Services.GetRequiredService<ISnackbar>().ShownSnackbars.Select(s => s.Message);

    [Fact]
    public void What_somebody_else_starts_and_resets_is_told_with_its_lesson()
    {
        _store.Apply(Labs.State(null));
        IRenderedComponent<OthersNews> news = Render<OthersNews>();
        _store.Apply(Labs.State(Script, 2));
        news.WaitForAssertion(() => Assert.Equal(["Somebody else started “Without SO_REUSEADDR”."], Told));
        _store.Apply(Labs.State(Script, 3, busy: true));
        _store.Apply(Labs.State(null, 4));
        news.WaitForAssertion(() => Assert.Contains("Somebody else reset the run of “Without SO_REUSEADDR”.", Told));
        Assert.Equal(2, Told.Count());
    }

    [Fact]
    public async Task It_is_part_of_every_page()
    {
        // The layout has the providers of popovers and dialogs itself.
        await DisposeComponentsAsync();
        IRenderedComponent<MainLayout> layout = Render<MainLayout>(p => p.Add(l => l.Body, body => body.AddContent(0, "A page.")));
        Assert.NotNull(layout.FindComponent<OthersNews>());
        Assert.Equal(["page"], layout.FindAll(".pages-nav [aria-current]").Select(a => a.GetAttribute("aria-current")));
    }

    [Fact]
    public async Task What_was_done_here_or_was_open_before_is_no_news()
    {
        OwnRuns own = Services.GetRequiredService<OwnRuns>();
        TaskCompletionSource<LabReply> reply = new();
        _store.Apply(Labs.State(null));
        Render<OthersNews>();
        // The lab tells of the run before it answers.
        Task<LabReply> asked = own.Ask(new Late(reply.Task), new StartRun());
        _store.Apply(Labs.State(Script, 2));
        reply.SetResult(LabReply.Done(Script.Header.Id));
        await asked;
        _store.Apply(Labs.State(Script, 3, busy: true));
        await own.Ask(_orders, new ResetRun(Script.Header.Id));
        _store.Apply(Labs.State(null, 4));
        Assert.Empty(Told);

        // A dashboard that was started again tells itself what became of its runs.
        _store.Apply(Labs.State(null, 1) with { Server = "another", Runs = [new OpenRun(Script.Header with { Id = "20261123-004024-bbbbbb" })] });
        Assert.Empty(Told);
    }

    [Fact]
    public async Task Who_began_a_run_is_told_when_somebody_else_resets_it_but_not_when_an_own_one_takes_its_place()
    {
        OwnRuns own = Services.GetRequiredService<OwnRuns>();
        OpenRun next = new(Script.Header with { Id = "20261123-004024-bbbbbb" });
        _store.Apply(Labs.State(null));
        Render<OthersNews>();
        await Begin(Script.Header.Id, Labs.State(Script, 2));
        // The one that was open has ended, and the port is wanted.
        await Begin(next.Header.Id, Labs.State(null, 3) with { Runs = [next] });
        Assert.Empty(Told);
        _store.Apply(Labs.State(null, 4));
        Assert.Equal(["Somebody else reset the run of “Without SO_REUSEADDR”."], Told);

        async Task Begin(string run, LabState shown)
        {
            TaskCompletionSource<LabReply> reply = new();
            Task<LabReply> asked = own.Ask(new Late(reply.Task), new StartRun());
            _store.Apply(shown);
            reply.SetResult(LabReply.Done(run));
            await asked;
        }
    }

    private sealed class Late(Task<LabReply> reply) : ILabCommands
    {
        public Task Run(CancellationToken end) => Task.CompletedTask;

        public Task<LabReply> Ask(LabCommand command) => reply;
    }
}
