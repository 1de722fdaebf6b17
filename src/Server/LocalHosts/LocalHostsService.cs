using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>
/// Starts the hosts of this machine: in network namespaces where they are allowed, else on loopback, and says which and why in <see cref="LocalHostsStatus"/>.
/// Keeps them up until the Server ends.
/// </summary>
internal sealed class LocalHostsService(
    IOptions<DashboardOptions> options,
    PrivateDirectory directory,
    LocalHostsStatus status,
    TimeProvider time,
    ILogger<LocalHostsService> log,
    IHostApplicationLifetime? lifetime = null,
    LocalHostsStarter? starter = null
) : BackgroundService
{
    /// <summary>Hosts that lived so long are taken for sound: the pauses start over.</summary>
    private static readonly TimeSpan Sound = TimeSpan.FromSeconds(10);

    /// <summary>Longest time from starting the program to all agents started; 0.1 s is usual.</summary>
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(15);

    /// <summary>Where the Server's program is, with the agent's in its directory <c>agent</c>.</summary>
    internal string BaseDirectory { get; init; } = AppContext.BaseDirectory;

    /// <summary>util-linux's unshare; null where there is none.</summary>
    internal string? Unshare { get; init; } = LocalHostsPlan.OnPath("unshare");

    internal bool Root { get; init; } = Environment.IsPrivilegedProcess;

    private LocalHostsMode Mode => options.Value.Hosts;

    public override Task StartAsync(CancellationToken cancel)
    {
        // Before the Server listens: an agent of another machine is refused where there are local hosts.
        status.Set(
            Mode switch
            {
                LocalHostsMode.None => HostsMode.Remote,
                LocalHostsMode.Loopback => HostsMode.Loopback,
                _ => HostsMode.Namespaces,
            },
            Mode == LocalHostsMode.None
                ? Message.Of(HostsCodes.None, ("first", LocalHostsContract.InNamespaces[0].Name), ("second", LocalHostsContract.InNamespaces[1].Name))
                : new Message(HostsCodes.Starting)
        );
        return base.StartAsync(cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stopped)
    {
        if (Mode == LocalHostsMode.None)
        {
            return;
        }

        // Services are stopped one after the other; the hosts end while the others do.
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopped, lifetime?.ApplicationStopping ?? CancellationToken.None);
        CancellationToken stop = both.Token;

        Message? reason = null;
        if (AgentProgram.Find(BaseDirectory, out Message? missing) is { } program)
        {
            reason = Mode != LocalHostsMode.Loopback && Unshare is null ? new Message(HostsCodes.NoUnshare) : null;
            foreach (LocalHostsPlan plan in LocalHostsPlan.For(Mode, Root, Unshare))
            {
                reason = await Keep(plan, program, reason, stop);
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                log.Refused(TextCatalog.English[reason]);
            }
        }

        reason ??= missing;
        log.GaveUp(reason is null ? "" : TextCatalog.English[reason]);
        status.Set(status.Mode, reason);
    }

    /// <summary>Keeps the hosts up this way until the Server ends.</summary>
    /// <param name="plan">The way.</param>
    /// <param name="program">The agent's program.</param>
    /// <param name="reason">Why no better way is taken.</param>
    /// <param name="stop">The Server ends.</param>
    /// <returns>Why this way does not work; returned only when it never has, and at the Server's end.</returns>
    private async Task<Message> Keep(LocalHostsPlan plan, AgentProgram program, Message? reason, CancellationToken stop)
    {
        status.Set(plan.Mode, new Message(HostsCodes.Starting));
        var pauses = new BackOff(Random.Shared);
        bool worked = false;
        while (true)
        {
            long start = time.GetTimestamp();
            (bool ready, int exit, Message? failure) = await Live(plan, program, reason, stop);
            if (starter is { IsGone: true })
            {
                return new Message(HostsCodes.NoStarter);
            }

            worked |= ready;
            if (!worked || stop.IsCancellationRequested)
            {
                return failure ?? Message.Of(HostsCodes.FailedSilently, ("exit", exit));
            }

            if (time.GetElapsedTime(start) > Sound)
            {
                pauses.Reset();
            }

            TimeSpan pause = pauses.Next();
            log.Ended(exit, pause.TotalSeconds);
            status.Set(plan.Mode, new Message(HostsCodes.Restarting));
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(bool Ready, int Exit, Message? Failure)> Live(LocalHostsPlan plan, AgentProgram program, Message? reason, CancellationToken stop)
    {
        string? problem = null;
        using ILocalHosts? process = starter is null
            ? LocalHostsProcess.Start(plan, program, directory, Pass, out problem)
            : starter.Start(plan, directory, Pass);
        if (process is null)
        {
            return (false, -1, Failure(plan, problem));
        }

        bool ready = false;
        try
        {
            ready = await process.Ready.WaitAsync(Slowest, time, stop);
            if (ready)
            {
                log.Up(plan.Mode, process.Id);
                status.Set(plan.Mode, reason, ready: true);
            }

            int exit = await process.Ended(stop);
            return (ready, exit, Failure(plan, Bare(process.LastLine)));
        }
        catch (TimeoutException)
        {
            await process.Stop(time);
            return (false, -1, Message.Of(HostsCodes.TooSlow, ("limit", Slowest.TotalSeconds)));
        }
        catch (OperationCanceledException)
        {
            await process.Stop(time);
            return (ready, 0, null);
        }
    }

    private static Message? Failure(LocalHostsPlan plan, string? said) =>
        said is null ? null
        : plan.Mode == HostsMode.Namespaces ? NamespaceAdvice.Refused(said)
        : Message.Of(HostsCodes.Failed, ("why", said.TrimEnd('.')));

    /// <summary>The call and the reason, without who says so.</summary>
    private static string? Bare(string? said)
    {
        int at = said?.IndexOf(LocalHostsContract.Refused, StringComparison.Ordinal) ?? -1;
        return at < 0 ? said : said![(at + LocalHostsContract.Refused.Length)..];
    }

    private void Pass(string line) => log.Said(line.StartsWith(LocalHostsContract.OwnLine, StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Debug, line);
}
