using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>
/// Starts the two hosts of this machine: in network namespaces where they are allowed, else on loopback, and says which and why in <see cref="LocalHostsStatus"/>.
/// Keeps them up until the Server ends.
/// </summary>
public sealed class LocalHostsService(
    IOptions<DashboardOptions> options,
    PrivateDirectory directory,
    LocalHostsStatus status,
    TimeProvider time,
    ILogger<LocalHostsService> log,
    IHostApplicationLifetime? lifetime = null) : BackgroundService
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>A keeper that lived so long is taken for sound: the pauses start over.</summary>
    private static readonly TimeSpan s_sound = TimeSpan.FromSeconds(10);

    /// <summary>Longest time from starting the keeper to both agents started; 0.1 s is usual.</summary>
    private static readonly TimeSpan s_slowest = TimeSpan.FromSeconds(15);

    private const string Starting = "The two hosts are being started.";

    /// <summary>Where the Server's program is, with the agent's in its directory <c>agent</c>.</summary>
    internal string BaseDirectory { get; init; } = AppContext.BaseDirectory;

    /// <summary>util-linux's unshare; null where there is none.</summary>
    internal string? Unshare { get; init; } = KeeperPlan.OnPath("unshare");

    internal bool Root { get; init; } = Environment.IsPrivilegedProcess;

    private LocalHostsMode Mode => options.Value.Hosts;

    public override Task StartAsync(CancellationToken cancel)
    {
        // Before the Server listens: an agent of another machine is refused where there are local hosts.
        status.Set(
            Mode switch { LocalHostsMode.None => HostsMode.Remote, LocalHostsMode.Loopback => HostsMode.Loopback, _ => HostsMode.Namespaces },
            Mode == LocalHostsMode.None
                ? "This dashboard has no hosts of its own: on each of two machines start reuseaddr-agent --dashboard URL --name server, and --name client."
                : Starting);
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

        string? reason = null;
        if (AgentProgram.Find(BaseDirectory, out string? missing) is { } program)
        {
            reason = Mode != LocalHostsMode.Loopback && Unshare is null ? NamespaceAdvice.NoUnshare : null;
            foreach (KeeperPlan plan in KeeperPlan.For(Mode, Root, Unshare))
            {
                reason = await Keep(plan, program, reason, stop);
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                log.Refused(reason);
            }
        }

        log.GaveUp(reason ?? missing ?? "");
        status.Set(status.Mode, reason ?? missing);
    }

    /// <summary>Keeps the hosts up this way until the Server ends.</summary>
    /// <param name="reason">Why no better way is taken.</param>
    /// <returns>Why this way does not work; returned only when it never has.</returns>
    private async Task<string> Keep(KeeperPlan plan, AgentProgram program, string? reason, CancellationToken stop)
    {
        status.Set(plan.Mode, reason is null ? Starting : $"{Starting} {reason}");
        TimeSpan pause = s_firstPause;
        bool worked = false;
        while (true)
        {
            long start = time.GetTimestamp();
            (bool ready, int exit, string? said) = await Live(plan, program, reason, stop);
            worked |= ready;
            if (stop.IsCancellationRequested)
            {
                return "";
            }

            if (!worked)
            {
                string why = Bare(said) ?? $"the keeper of the hosts ended with exit code {exit}";
                return plan.Mode == HostsMode.Namespaces ? NamespaceAdvice.Refused(why) : $"The hosts cannot be started: {why}";
            }

            pause = time.GetElapsedTime(start) > s_sound ? s_firstPause : pause;
            log.Ended(exit, pause.TotalSeconds);
            status.Set(plan.Mode, "The hosts have ended and are being started again." + (reason is null ? "" : " " + reason));
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private async Task<(bool Ready, int Exit, string? Said)> Live(KeeperPlan plan, AgentProgram program, string? reason, CancellationToken stop)
    {
        using KeeperProcess? keeper = KeeperProcess.Start(plan, program, directory, Pass, out string? problem);
        if (keeper is null)
        {
            return (false, -1, problem);
        }

        bool ready = false;
        try
        {
            ready = await keeper.Ready.WaitAsync(s_slowest, time, stop);
            if (ready)
            {
                log.Up(plan.Mode, keeper.Id);
                status.Set(plan.Mode, reason, ready: true);
            }

            return (ready, await keeper.Ended(stop), keeper.LastLine);
        }
        catch (TimeoutException)
        {
            await keeper.Stop(time);
            return (false, -1, $"the hosts were not up after {s_slowest.TotalSeconds} s");
        }
        catch (OperationCanceledException)
        {
            await keeper.Stop(time);
            return (ready, 0, null);
        }
    }

    /// <summary>The call and the reason, without who says so.</summary>
    private static string? Bare(string? said)
    {
        int at = said?.IndexOf(LocalPairContract.Refused, StringComparison.Ordinal) ?? -1;
        return at < 0 ? said : said![(at + LocalPairContract.Refused.Length)..];
    }

    private void Pass(string line) =>
        log.Said(line.StartsWith(LocalPairContract.KeeperLine, StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Debug, line);
}
