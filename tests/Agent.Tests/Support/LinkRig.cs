using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Orders;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>The agent with its link, in this process.</summary>
internal sealed class LinkRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly OwnSockets _own = new();
    private readonly SocketWatcher _watcher;
    private readonly OrderRunner _runner;
    private readonly Task _running;

    public LinkRig(string dashboard, Outbox? outbox = null, TimeProvider? time = null, TimeSpan? closeAfter = null, ILoggerFactory? logs = null)
    {
        Outbox = outbox ?? new Outbox();
        _watcher = new SocketWatcher(new ForeignSieve(Outbox), _own, null, 100);
        _runner = new OrderRunner(
            Outbox,
            _watcher,
            _own,
            AgentProcess.Hold(),
            new RunChanges(null, () => "lo", Outbox.Add),
            AllowedAddresses.All,
            "the test",
            TimeProvider.System,
            NullLogger<OrderRunner>.Instance
        );
        AgentOptions? options = OptionLine.Parse(["--dashboard", dashboard, "--name", "server"], out IReadOnlyList<string> errors);
        Assert.Empty(errors);
        var link = new ServerLink(
            options!.Dashboard,
            options.Key,
            "instance",
            () => HostFactsReader.Read(options, SourceFacts.All(capture: null, trace: null), []),
            Outbox,
            _runner,
            closeAfter ?? TimeSpan.FromMinutes(10),
            time ?? TimeProvider.System,
            logs ?? NullLoggerFactory.Instance
        );
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
