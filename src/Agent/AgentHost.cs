using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Logging;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Orders;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Rights;
using ReuseAddrDashboard.Agent.Watch;

namespace ReuseAddrDashboard.Agent;

/// <summary>Puts the agent together and runs it until a signal ends it.</summary>
internal static class AgentHost
{
    /// <summary>At the end, the last events have so long to reach the dashboard.</summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(1);

    /// <summary>
    /// An agent that was told to end has gone after this; what it leaves open, the kernel closes, and what it changed, the next start undoes by the journal.
    /// </summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    public static int Run(AgentOptions options)
    {
        OpenSources sources = Confinement.Enter(options, Console.Error);
        if (options.DieWithParent is { } parent)
        {
            _ = Libc.PrCtl(Constants.PR_SET_PDEATHSIG, Constants.SIGKILL, 0, 0, 0);
            // The parent may have ended before that.
            if (Libc.GetPPid() != parent)
            {
                Console.Error.WriteLine($"reuseaddr-agent: process {parent} is not the parent, or has ended.");
                return 1;
            }
        }

        using var ended = new CancellationTokenSource();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            if (context.Signal != PosixSignal.SIGINT || options.DieWithParent is null)
                ended.Cancel();
        }
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);

        using ILoggerFactory logs = LoggerFactory.Create(b => b.SetMinimumLevel(options.LogLevel).AddProvider(new StderrLogger(TimeProvider.System)));
        var outbox = new Outbox();
        var own = new OwnSockets();
        var sieve = new ForeignSieve(outbox);
        var segments = new SegmentWatcher(sieve, options.Rows, sources.Capture, sources.NoCapture);
        using var watcher = new SocketWatcher(sieve, own, options.Rows, (int)Libc.SysConf(Constants._SC_CLK_TCK), segments, sources.Trace);
        // Only a namespace of the lab's own is changed, and only once what has to be undone is written down.
        Journal? journal = Abilities.HasOwnNamespace(options)
            ? new Journal(JournalPlace.Of(options.Name), HostFactsReader.BootId(), options.DieWithParent ?? 0)
            : null;
        journal?.RemoveThoseOfTheDead();
        var changes = new RunChanges(journal, () => HostAddress.Choose(options).Interface, outbox.Add);
        changes.UndoLeft();
        using var orders = new OrderRunner(
            outbox,
            watcher,
            own,
            HoldCommand.OwnProgram(),
            changes,
            AllowedAddresses.Read(options),
            options.Dashboard.ToString(),
            TimeProvider.System,
            logs.CreateLogger<OrderRunner>()
        );
        IReadOnlyList<string> abilities = Abilities.Find(options);
        var link = new ServerLink(
            options.Dashboard,
            options.Key,
            Guid.NewGuid().ToString("N"),
            () => HostFactsReader.Read(options, SourceFacts.All(sources.NoCapture, sources.NoTrace, sources.Trace?.TellsSegments is true), abilities),
            outbox,
            orders,
            options.CloseAfter,
            TimeProvider.System,
            logs
        );

        using var linkEnds = new CancellationTokenSource();
        Task running = Task.Run(() => link.RunAsync(linkEnds.Token));
        ServiceManager.Ready();
        ended.Token.WaitHandle.WaitOne();
        ServiceManager.Stopping();
        using var overdue = new Timer(_ => Environment.Exit(1), null, EndLimit, Timeout.InfiniteTimeSpan);
        orders.Dispose();
        outbox.WaitEmpty(FlushLimit);
        linkEnds.Cancel();
        running.GetAwaiter().GetResult();
        return 0;
    }
}
