using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReuseAddrDashboard.Agent.Commands;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Watch;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>The agent with its link, in this process.</summary>
internal sealed class LinkRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly OwnSockets _own = new();
    private readonly SocketWatcher _watcher;
    private readonly CommandRunner _runner;
    private readonly Task _running;

    public LinkRig(string dashboard, Outbox? outbox = null, TimeProvider? time = null, TimeSpan? closeAfter = null)
    {
        Outbox = outbox ?? new Outbox();
        _watcher = new SocketWatcher(Outbox, _own, null, 100);
        _runner = new CommandRunner(Outbox, _watcher, _own, TimeProvider.System, NullLogger<CommandRunner>.Instance);
        AgentOptions? options = OptionParser.Parse(["--dashboard", dashboard, "--name", "server"], out IReadOnlyList<string> errors);
        Assert.Empty(errors);
        var link = new ServerLink(options!.Dashboard, "instance", () => HostFactsReader.Read(options, SourceFacts.All(capture: null, trace: null)), Outbox, _runner,
            closeAfter ?? TimeSpan.FromMinutes(10), time ?? TimeProvider.System, NullLoggerFactory.Instance);
        _running = Task.Run(() => link.RunAsync(_end.Token));
    }

    public Outbox Outbox { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _runner.Dispose();
        _watcher.Dispose();
    }
}
